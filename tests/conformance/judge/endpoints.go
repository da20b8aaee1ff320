package main

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strings"

	"github.com/cilium/cilium/pkg/identity"
	k8sutils "github.com/cilium/cilium/pkg/k8s/utils"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
)

// endpoint is what Cilium makes of one that the request names.
type endpoint struct {
	// peer is its identity as the other end's node sees it.
	peer *identity.Identity
	// subject is its identity as its own node sees it; nil when no policy ever governs it.
	subject *identity.Identity
	// host is a node as what runs on it sees it; nil for all else.
	host *identity.Identity
}

// local is whether it is the node on which the other end runs.
func (e *endpoint) local() bool { return e.host != nil && e.peer == e.host }

// namer gives numbers to sets of labels, as Cilium's allocators do.
type namer struct {
	given map[string]*identity.Identity
	next  identity.NumericIdentity
}

// identity is the one of these labels; every set of labels has its own.
func (n *namer) identity(of labels.Labels) *identity.Identity {
	key := string(of.SortedList())
	if found, ok := n.given[key]; ok {
		return found
	}
	id := n.number(of)
	made := identity.NewIdentity(id, of)
	n.given[key] = made
	return made
}

func (n *namer) number(of labels.Labels) identity.NumericIdentity {
	if reserved := identity.LookupReservedIdentityByLabels(of); reserved != nil {
		return reserved.ID
	}
	n.next++
	return identity.ScopeForLabels(of) | n.next
}

// firstNumber is above all reserved ones.
const firstNumber = identity.NumericIdentity(1000)

func newEndpoint(spec *endpointSpec, request *request, numbers *namer, cache *ipcache) (*endpoint, error) {
	said := 0
	for _, one := range []bool{spec.Pod != nil, spec.Address != "", spec.Node != "", spec.Entity != "", spec.Identity != nil} {
		if one {
			said++
		}
	}
	if said != 1 {
		return nil, errors.New("is exactly one of `pod`, `address`, `node`, `entity` and `identity`")
	}
	governed := func(labels labels.Labels) *endpoint {
		one := numbers.identity(labels)
		return &endpoint{peer: one, subject: one}
	}
	switch {
	case spec.Pod != nil:
		return governed(podLabels(spec.Pod, request.Namespaces)), nil
	case spec.Address != "":
		address, err := netip.ParseAddr(spec.Address)
		if err != nil {
			return nil, err
		}
		return &endpoint{peer: numbers.identity(cache.labels(address, spec.Names, spec.Apiserver))}, nil
	case spec.Node != "":
		return newNode(spec, request.NodeLabels, numbers)
	case spec.Entity != "":
		one := labels.NewLabelsFromModel([]string{"reserved:" + spec.Entity})
		switch spec.Entity {
		case labels.IDNameHealth, labels.IDNameIngress, labels.IDNameInit:
			return governed(one), nil
		case labels.IDNameUnmanaged:
			return &endpoint{peer: numbers.identity(one)}, nil
		}
		return nil, fmt.Errorf("no entity is %q", spec.Entity)
	default:
		return governed(labels.NewLabelsFromModel(spec.Identity)), nil
	}
}

// namespace is one with its labels, as Cilium's functions want it.
type namespace struct {
	name   string
	labels map[string]string
}

func (n namespace) GetName() string              { return n.name }
func (n namespace) GetLabels() map[string]string { return n.labels }

// podLabels are those of the pod that take part in its identity.
func podLabels(pod *podSpec, namespaces map[string]map[string]string) labels.Labels {
	own := map[string]string{"kubernetes.io/metadata.name": pod.Namespace}
	maps.Copy(own, namespaces[pod.Namespace])
	cluster := pod.Cluster
	if cluster == "" {
		cluster = clusterName
	}
	all := k8sutils.SanitizePodLabels(pod.Labels, namespace{pod.Namespace, own}, pod.ServiceAccount, cluster)
	counted, _ := labelsfilter.Filter(labels.Map2Labels(all, labels.LabelSourceK8s))
	return counted
}

// newNode has two identities: to its peers a node by place, to itself a host with its labels (nodeIdentityLabels in
// pkg/node/manager, and InitWithNodeLabels in pkg/endpoint).
func newNode(spec *endpointSpec, byLabel bool, numbers *namer) (*endpoint, error) {
	host, remote := labels.NewFrom(labels.LabelHost), labels.NewFrom(labels.LabelRemoteNode)
	for _, one := range []labels.Labels{host, remote} {
		if byLabel {
			counted, _ := labelsfilter.FilterNodeLabels(labels.Map2Labels(spec.Labels, labels.LabelSourceNode))
			one.MergeLabels(counted)
			cluster := map[string]string{"io.cilium.k8s.policy.cluster": clusterName}
			one.MergeLabels(labels.Map2Labels(cluster, labels.LabelSourceK8s))
		}
		if spec.Apiserver {
			one.MergeLabels(labels.LabelKubeAPIServer)
		}
	}
	itself := labels.NewFrom(host)
	counted, _ := labelsfilter.Filter(labels.Map2Labels(spec.Labels, labels.LabelSourceK8s))
	itself.MergeLabels(counted)
	subject := identity.NewIdentity(identity.ReservedIdentityHost, itself)
	seen := identity.NewIdentity(identity.ReservedIdentityHost, host)
	switch spec.Node {
	case "local":
		return &endpoint{peer: seen, subject: subject, host: seen}, nil
	case "remote":
		return &endpoint{peer: numbers.identity(remote), subject: subject, host: seen}, nil
	}
	return nil, fmt.Errorf("a node is `local` or `remote`, not %q", spec.Node)
}

// ipcache says which labels addresses have: those that pkg/ipcache/metadata.go gives them from what policies say.
type ipcache struct {
	prefixes  []netip.Prefix
	selectors []nameSelector
}

// nameSelector is a toFQDNs that an address's names may fit.
type nameSelector struct {
	fits  func(string) bool
	label labels.Label
}

func newIPCache(loaded []loaded) (*ipcache, error) {
	cache := &ipcache{}
	for _, one := range loaded {
		cache.prefixes = append(cache.prefixes, prefixes(one.entries)...)
		for _, rule := range one.rules {
			for _, egress := range rule.Egress {
				for _, selector := range egress.ToFQDNs {
					expression, err := selector.ToRegex()
					if err != nil {
						return nil, err
					}
					cache.selectors = append(cache.selectors, nameSelector{expression.MatchString, selector.IdentityLabel()})
				}
			}
		}
	}
	return cache, nil
}

func (c *ipcache) labels(address netip.Addr, names []string, apiserver bool) labels.Labels {
	found := labels.Labels{}
	// Of all ranges only the narrowest leaves a label; selectors know which ranges it lies in.
	narrowest := netip.Prefix{}
	for _, prefix := range c.prefixes {
		if prefix.Contains(address) && (!narrowest.IsValid() || prefix.Bits() > narrowest.Bits()) {
			narrowest = prefix
		}
	}
	if narrowest.IsValid() {
		found.MergeLabels(labels.GetCIDRLabels(narrowest))
	}
	for _, selector := range c.selectors {
		for _, name := range names {
			if selector.fits(strings.ToLower(name) + ".") {
				found[selector.label.Key] = selector.label
			}
		}
	}
	if apiserver {
		found.MergeLabels(labels.LabelKubeAPIServer)
	}
	found.AddWorldLabel(address)
	return found
}

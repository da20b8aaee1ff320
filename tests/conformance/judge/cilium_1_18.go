//go:build cilium118

package main

import (
	"iter"
	"net/netip"

	clustermesh "github.com/cilium/cilium/pkg/clustermesh/types"
	"github.com/cilium/cilium/pkg/container/versioned"
	"github.com/cilium/cilium/pkg/defaults"
	"github.com/cilium/cilium/pkg/endpoint/regeneration"
	"github.com/cilium/cilium/pkg/fqdn/re"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/k8s"
	slim "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/spanstat"
	"github.com/cilium/cilium/pkg/u8proto"
)

// The calls that differ from version to version, for Cilium 1.18.

// localCluster is what selectors mean that name no cluster (`policy-default-local-cluster`): every cluster.
func localCluster() string { return clustermesh.PolicyAnyCluster }

// prepare does what the agent does at its start.
func prepare() error { return re.InitRegexCompileLRU(logger, defaults.FQDNRegexCompileLRUSize) }

// asked is the port under which the engine looks for a flow. This one takes 0 for a slip, so what has no port and ICMP of
// type 0 are asked for by a number that no rule of these protocols has.
func asked(port uint16) uint16 {
	if port == 0 {
		return 65535
	}
	return port
}

type entries = api.Rules

func entriesOf(rules api.Rules) entries { return rules }

func parseNetworkPolicy(object *slim.NetworkPolicy) (entries, error) {
	return k8s.ParseNetworkPolicy(logger, localCluster(), object)
}

func prefixes(entries entries) []netip.Prefix { return policy.GetCIDRPrefixes(entries) }

// newRepository is one that knows these peers and these endpoints of its node.
func newRepository(peers identity.IdentityMap, subjects []*identity.Identity) *policy.Repository {
	manager := identitymanager.NewIDManager(logger)
	repository := policy.NewPolicyRepository(logger, peers, nil, translator, manager, uncounted{})
	repository.GetSelectorCache().SetLocalIdentityNotifier(resolved{})
	for _, subject := range subjects {
		manager.Add(subject)
	}
	return repository
}

func compute(repository *policy.Repository, subject *identity.Identity) (*policy.EndpointPolicy, error) {
	found, _, err := repository.GetSelectorPolicy(subject, 0, &times{}, owner{}.GetID())
	if err != nil {
		return nil, err
	}
	redirects := map[string]uint16{}
	for filter, one := range found.RedirectFilters() {
		id := policy.ProxyID(uint16(owner{}.GetID()), filter.Ingress, string(filter.Protocol), filter.Port, one.Policy.Listener)
		redirects[id] = 1
	}
	made := found.DistillPolicy(logger, owner{subject, repository}, redirects)
	made.Ready()
	return made, nil
}

func (d direction) enforced() bool {
	if d.ingress {
		return d.policy.IngressPolicyEnabled
	}
	return d.policy.EgressPolicyEnabled
}

func (d direction) filters() iter.Seq[*policy.L4Filter] {
	if d.ingress {
		return filtersOf(d.policy.L4Policy.Ingress.PortRules)
	}
	return filtersOf(d.policy.L4Policy.Egress.PortRules)
}

func filtersOf(rules policy.L4PolicyMap) iter.Seq[*policy.L4Filter] {
	return func(yield func(*policy.L4Filter) bool) { rules.ForEach(yield) }
}

// isolates is whether the default is to deny. The engine keeps no trace of it, so it is asked of the rules, as it does
// itself (computePolicyEnforcementAndRules in pkg/policy/repository.go).
func (d direction) isolates() bool {
	owner := d.policy.PolicyOwner.(owner)
	found := owner.identity.LabelArray.Has(labels.IDNameInit)
	owner.repository.Iterate(func(rule *api.Rule) {
		selector := rule.EndpointSelector
		if owner.IsHost() {
			selector = rule.NodeSelector
		}
		if selector.LabelSelector == nil || !selector.Matches(owner.identity.LabelArray) {
			return
		}
		if d.ingress {
			found = found || len(rule.Ingress)+len(rule.IngressDeny) > 0 && *rule.EnableDefaultDeny.Ingress
		} else {
			found = found || len(rule.Egress)+len(rule.EgressDeny) > 0 && *rule.EnableDefaultDeny.Egress
		}
	})
	return found
}

func (d direction) selects(selector policy.CachedSelector, peer identity.NumericIdentity) bool {
	return selector.IsWildcard() || selector.Selects(versioned.Latest(), peer)
}

func isDeny(rules *policy.PerSelectorPolicy) bool { return rules.IsDeny }

// owner is the endpoint that a policy is for.
type owner struct {
	identity   *identity.Identity
	repository *policy.Repository
}

func (owner) GetID() uint64                                     { return 1 }
func (owner) GetNamedPort(bool, string, u8proto.U8proto) uint16 { return 0 }
func (owner) PolicyDebug(string, ...any)                        {}
func (o owner) IsHost() bool                                    { return o.identity.ID == identity.ReservedIdentityHost }
func (owner) MapStateSize() int                                 { return 0 }
func (owner) RegenerateIfAlive(*regeneration.ExternalRegenerationMetadata) <-chan bool {
	done := make(chan bool)
	close(done)
	return done
}

// resolved has nothing to learn: what a name leads to the request says.
type resolved struct{}

func (resolved) RegisterFQDNSelector(api.FQDNSelector)   {}
func (resolved) UnregisterFQDNSelector(api.FQDNSelector) {}

// times are measured for nobody.
type times struct{ waiting, calculating spanstat.SpanStat }

func (t *times) WaitingForPolicyRepository() *spanstat.SpanStat { return &t.waiting }
func (t *times) SelectorPolicyCalculation() *spanstat.SpanStat  { return &t.calculating }

type uncounted struct{}

func (uncounted) AddRule(api.Rule) {}
func (uncounted) DelRule(api.Rule) {}

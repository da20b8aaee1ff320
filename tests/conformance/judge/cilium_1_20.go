//go:build !cilium118 && !cilium119

package main

import (
	"iter"
	"net/netip"

	"github.com/cilium/cilium/pkg/endpoint/regeneration"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/k8s"
	slim "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/policy/utils"
	"github.com/cilium/cilium/pkg/u8proto"
)

// The calls that differ from version to version, for Cilium 1.20.

// localCluster is what selectors mean that name no cluster (`policy-default-local-cluster`).
func localCluster() string { return clusterName }

// prepare does what the agent does at its start: here nothing.
func prepare() error { return nil }

// asked is the port under which the engine looks for a flow.
func asked(port uint16) uint16 { return port }

type entries = types.PolicyEntries

func entriesOf(rules api.Rules) entries { return utils.RulesToPolicyEntries(rules) }

func parseNetworkPolicy(object *slim.NetworkPolicy) (entries, error) {
	return k8s.ParseNetworkPolicy(logger, localCluster(), object)
}

func prefixes(entries entries) []netip.Prefix { return policy.GetCIDRPrefixes(entries) }

// newRepository is one that knows these peers and these endpoints of its node.
func newRepository(peers identity.IdentityMap, subjects []*identity.Identity) *policy.Repository {
	repository := policy.NewPolicyRepository(logger, peers, nil, translator, identitymanager.NewIDManager(logger), nil)
	own := identity.IdentityMap{}
	for _, subject := range subjects {
		own[subject.ID] = subject.LabelArray
	}
	repository.UpdateIdentities(own, nil)
	return repository
}

func compute(repository *policy.Repository, subject *identity.Identity) (*policy.EndpointPolicy, error) {
	found, _, err := repository.ComputeSelectorPolicy(subject)
	if err != nil {
		return nil, err
	}
	made := found.DistillPolicy(logger, owner{subject}, map[string]uint16{policy.FallbackRedirectID: 1})
	made.Ready()
	return made, nil
}

func (d direction) enforced() bool {
	if d.ingress {
		return d.policy.SelectorPolicy.IngressPolicyEnabled
	}
	return d.policy.SelectorPolicy.EgressPolicyEnabled
}

func (d direction) filters() iter.Seq[*policy.L4Filter] {
	if d.ingress {
		return d.policy.SelectorPolicy.L4Policy.Ingress.Filters()
	}
	return d.policy.SelectorPolicy.L4Policy.Egress.Filters()
}

// isolates is whether the default is to deny: where only policies are that have that off, the engine adds a rule that
// allows everything.
func (d direction) isolates() bool {
	for filter := range d.filters() {
		for _, origin := range filter.RuleOrigin {
			for _, from := range origin.GetLabelArrayList() {
				if from.Equals(policy.LabelsAllowAnyIngress) || from.Equals(policy.LabelsAllowAnyEgress) {
					return false
				}
			}
		}
	}
	return true
}

func (d direction) selects(selector policy.CachedSelector, peer identity.NumericIdentity) bool {
	return selector.IsWildcard() || selector.Selects(peer)
}

func isDeny(rules *policy.PerSelectorPolicy) bool { return rules.IsDeny() }

// owner is the endpoint that a policy is for.
type owner struct{ identity *identity.Identity }

func (owner) GetID() uint64                                      { return 1 }
func (owner) GetIngressNamedPort(string, u8proto.U8proto) uint16 { return 0 }
func (owner) PolicyDebug(string, ...any)                         {}
func (o owner) IsHost() bool                                     { return o.identity.ID == identity.ReservedIdentityHost }
func (owner) PreviousMapStateSizes() policy.MapStateSizes        { return policy.MapStateSizes{} }
func (owner) RegenerateIfAlive(*regeneration.ExternalRegenerationMetadata) <-chan bool {
	done := make(chan bool)
	close(done)
	return done
}

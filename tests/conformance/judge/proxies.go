package main

import (
	"regexp"
	"slices"
	"strings"

	envoypolicy "github.com/cilium/cilium/pkg/envoy/policy"
	"github.com/cilium/cilium/pkg/fqdn/dnsproxy"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/u8proto"
	cilium "github.com/cilium/proxy/go/cilium/api"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
)

// direction is what governs an endpoint in one direction.
type direction struct {
	policy  *policy.EndpointPolicy
	ingress bool
}

// proxies is whether the proxy lets through what the connection carries.
func (d direction) proxies(flow *flow, protocol u8proto.U8proto, peer identity.NumericIdentity) bool {
	for filter := range d.filters() {
		if !covers(filter, protocol, flow.Port) {
			continue
		}
		if flow.LookUp != "" && !asksDNSProxy(filter, flow.Port) {
			continue
		}
		for selector, rules := range filter.PerSelectorPolicies {
			if d.selects(selector, peer) && passes(rules, flow) {
				return true
			}
		}
	}
	return false
}

// covers is whether the filter is about this port. The proxy judges by the rules of a port and by those of every port
// (findPortRules in cilium/network_policy.cc of github.com/cilium/proxy).
func covers(filter *policy.L4Filter, protocol u8proto.U8proto, port uint16) bool {
	if filter.U8Proto != u8proto.ANY && filter.U8Proto != protocol {
		return false
	}
	last := max(filter.Port, filter.EndPort)
	return filter.Port == 0 && filter.PortName == "" || filter.Port <= port && port <= last
}

// asksDNSProxy is whether the DNS proxy has the filter's rules for this port: it has those of filters of just this port
// that redirect to it, and no others (UpdateAllowed and CheckAllowed in pkg/fqdn/dnsproxy).
func asksDNSProxy(filter *policy.L4Filter, port uint16) bool {
	if filter.Port != port || filter.EndPort > port {
		return false
	}
	for _, rules := range filter.PerSelectorPolicies {
		if rules != nil && rules.L7Parser == policy.ParserTypeDNS {
			return true
		}
	}
	return false
}

// passes is whether the rules of one selector let the flow through.
func passes(rules *policy.PerSelectorPolicy, flow *flow) bool {
	if rules == nil {
		return true
	}
	if isDeny(rules) {
		return false
	}
	if len(rules.ServerNames) > 0 && !servedAs(rules, flow.ServerName) {
		return false
	}
	switch rules.L7Parser {
	case policy.ParserTypeHTTP:
		return flow.Request != nil && requested(rules, flow.Request)
	case policy.ParserTypeDNS:
		return flow.LookUp != "" && compiled(dnsproxy.GeneratePattern(rules)).MatchString(strings.ToLower(flow.LookUp)+".")
	default:
		return true
	}
}

var translator = envoypolicy.NewEnvoyL7RulesTranslator(logger, nil)

// requested is whether one of the rules that Envoy is told has the request.
func requested(rules *policy.PerSelectorPolicy, request *httpRequest) bool {
	told, _ := translator.GetEnvoyHTTPRules(&rules.L7Rules, "")
	return slices.ContainsFunc(told.GetHttpRules(), func(rule *cilium.HttpNetworkPolicyRule) bool {
		for _, matcher := range rule.Headers {
			if matches(matcher, request) == matcher.InvertMatch {
				return false
			}
		}
		for _, match := range rule.HeaderMatches {
			// All other actions change the request and let it through.
			if match.MismatchAction == cilium.HeaderMatch_FAIL_ON_MISMATCH {
				value, there := header(request, match.Name)
				if !there || match.Value != "" && value != match.Value {
					return false
				}
			}
		}
		return true
	})
}

// matches reads one of Envoy's matchers, of those that Cilium writes.
func matches(matcher *route.HeaderMatcher, request *httpRequest) bool {
	value, there := header(request, matcher.Name)
	if matcher.GetPresentMatch() {
		return there
	}
	text := matcher.GetStringMatch()
	if expression := text.GetSafeRegex(); expression != nil {
		return there && compiled(`\A(?:`+expression.Regex+`)\z`).MatchString(value)
	}
	// No value is every value to Envoy.
	return there && (text.GetExact() == "" || text.GetExact() == value)
}

func header(request *httpRequest, name string) (string, bool) {
	switch name {
	case ":path":
		return request.Path, true
	case ":method":
		return request.Method, true
	case ":authority":
		return request.Host, true
	}
	for key, value := range request.Headers {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// servedAs is whether the rule allows this server name, as SniPattern in cilium/network_policy.cc of
// github.com/cilium/proxy reads names.
func servedAs(rules *policy.PerSelectorPolicy, name string) bool {
	if name == "" {
		return false
	}
	const label = `[-a-z0-9_]`
	expand := strings.NewReplacer(".", "[.]", "**", label+`+([.]`+label+`+)*`, "*", label+"*")
	for pattern := range rules.ServerNames {
		expression := expand.Replace(strings.ToLower(strings.TrimSuffix(pattern, ".")))
		if pattern == "*" {
			expression = label + `+([.]` + label + `+)*`
		}
		if compiled(`\A(?:` + expression + `)\z`).MatchString(strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// expressions that were compiled already; all are forgotten when there are many.
var expressions = map[string]*regexp.Regexp{}

const manyExpressions = 10_000

func compiled(text string) *regexp.Regexp {
	if found, ok := expressions[text]; ok {
		return found
	}
	if len(expressions) >= manyExpressions {
		clear(expressions)
	}
	made := regexp.MustCompile(text)
	expressions[text] = made
	return made
}

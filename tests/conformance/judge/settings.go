package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
)

// The settings of the agent that count for policies: its defaults, and what a sentence may need (the host firewall). That
// the local node reaches its pods whatever policies say (`allow-localhost`) is left off: it would hide what they say.

// clusterName is that of the request's own cluster.
var clusterName = defaultCluster

const defaultCluster = "default"

var logger = slog.New(slog.NewTextHandler(io.Discard, nil))

// configure sets what is the same for every request.
func configure() {
	option.Config.EnableIPv4 = true
	option.Config.EnableL7Proxy = true
	option.Config.EnableHostFirewall = true
	option.Config.EnableICMPRules = true
	policy.SetPolicyEnabled(option.DefaultEnforcement)
	must(labelsfilter.ParseLabelPrefixCfg(logger, nil, nil, ""))
	must(prepare())
}

// use sets what a request asks for.
func use(request *request) error {
	switch request.Stack {
	case "", "dual":
		option.Config.EnableIPv6 = true
	case "ipv4":
		option.Config.EnableIPv6 = false
	default:
		return fmt.Errorf("no stack is %q", request.Stack)
	}
	option.Config.EnableNodeSelectorLabels = request.NodeLabels
	clusterName = defaultCluster
	if request.Cluster != "" {
		clusterName = request.Cluster
	}
	option.Config.ClusterName = clusterName
	api.InitEntities(clusterName)
	switch request.UnknownFields {
	case "", "refuse", "drop":
		return nil
	}
	return fmt.Errorf("unknownFields is `refuse` or `drop`, not %q", request.UnknownFields)
}

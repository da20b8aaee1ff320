//! The platform's part: clusters and their facts, sets, grants, backstops and boundaries.

use super::Generator;

impl Generator<'_> {
    pub(super) fn open_platform(&mut self) {
        self.platform.push("project acme".to_owned());
        let clusters: &[&str] = if self.dice.percent(10) { &["prod", "dev"] } else { &["prod"] };
        let mesh = self.dice.percent(18);
        for cluster in clusters {
            self.cluster(cluster, mesh);
        }
        self.platform.push("namespaces cde { cde: \"true\" }".to_owned());
        self.platform.push("namespaces outer { zone not in (inner) }".to_owned());
        if self.cilium.is_some() {
            self.platform.push("external stripe = api.stripe.com:443, *.stripe.com:443".to_owned());
        }
        self.platform
            .push("external partner = 10.20.0.0/16:5432, [2001:db8:20::/48]:5432 except 10.20.5.0/24".to_owned());
        if self.nodes {
            self.host_firewall();
        }
    }

    fn cluster(&mut self, name: &str, mesh: bool) {
        let mut facts = Vec::new();
        match self.cilium {
            Some(minor) => facts.push(format!("enforcer cilium 1.{minor}")),
            None => facts.push("enforcer kubernetes 1.30".to_owned()),
        }
        if self.nodes {
            facts.push("features host-firewall, node-selector-labels".to_owned());
        }
        match self.dice.roll(8) {
            0 => facts.push("dns kube-system { k8s-app: kube-dns }:[53, 53/udp]".to_owned()),
            1 => {
                facts.push("dns kube-system { k8s-app in (kube-dns, coredns) }".to_owned());
                facts.push("dns 169.254.20.10".to_owned());
            }
            2 => facts.push("dns [fd00::10]:5353/udp".to_owned()),
            _ => {}
        }
        if self.dice.percent(12) {
            facts.push("domain k8s.internal".to_owned());
        }
        if self.dice.percent(15) {
            facts.push("search eu.compute.internal, corp.example".to_owned());
        }
        if self.dice.percent(20) {
            facts.push("pods 10.244.0.0/16, [fd01::/48]".to_owned());
        }
        if self.cilium.is_none() || self.dice.percent(15) {
            facts.push("apiserver 10.9.8.7:6443".to_owned());
        }
        if self.dice.percent(8) {
            facts.push("workloads by app.kubernetes.io/name".to_owned());
        }
        if self.cilium.is_some() {
            if mesh {
                facts.push(format!("mesh-name {name}-east"));
            }
            if self.dice.percent(15) {
                facts.push("regex-budget 400".to_owned());
            }
            if self.dice.percent(10) {
                facts.push("cloud aws".to_owned());
            }
        }
        let lan = if name == "prod" { "192.168.1.0/24" } else { "192.168.0.0/16, [fd00:1::/64]" };
        facts.push(format!("external lan = {lan}"));
        self.platform.push(format!("cluster {name} {{"));
        self.platform.extend(facts.iter().map(|fact| format!("  {fact}")));
        self.platform.push("}".to_owned());
    }

    /// Nodes, isolated with all that they need.
    fn host_firewall(&mut self) {
        let labels = self.dice.word(&["role: worker", "role in (worker, edge), !gpu", "role"]);
        if self.dice.percent(45) {
            self.platform.push(format!("nodes worker {{ {labels} }}"));
            return;
        }
        if self.dice.percent(30) {
            self.platform.push("accept E0701 because \"sessions go through the cloud\"".to_owned());
        }
        self.platform.push(format!("nodes worker {{ {labels} }} enforcing ingress"));
        self.platform.extend(
            [
                "nodes, kube-apiserver, health may reach worker:[10250, 6443, 2379-2380, 4240, 8472/udp]",
                "lan may reach worker:22",
            ]
            .map(str::to_owned),
        );
        for _ in 0..self.dice.roll(3) {
            let from = self.dice.word(&["shop/a", "10.0.0.0/8", "world", "worker", "workloads in cde", "host"]);
            let may = self.dice.word(&["may", "may", "may not"]);
            let ports = self.ports();
            self.platform.push(format!("{from} {may} reach worker{ports}"));
        }
    }

    pub(super) fn platform_sentence(&mut self) {
        let sentence = match self.dice.roll(9) {
            0 | 1 => self.backstop(),
            2 => self.grant(),
            3 => self.enforce(),
            4..=6 if self.cilium.is_some() => self.boundary(),
            7 => {
                let subject = self.dice.word(&["shop/a", "shop/*", "workloads in every namespace"]);
                let object = self.dice.word(&["cloud-metadata", "10.1.2.3:81", "[::/0]:7"]);
                format!("assert {subject} cannot reach {object}")
            }
            _ => self.backstop(),
        };
        let sentence = self.known(sentence);
        self.platform.push(sentence);
    }

    fn everybody(&mut self) -> String {
        self.dice.word(&[
            "workloads in every namespace",
            "workloads in every namespace except kube-system",
            "workloads in cde",
            "shop/*",
            "shop/a",
            "shop/{ tier: web }",
            "a in cde",
            "{ tier in (web, api) } in cde",
            "workloads in every namespace except bank/*",
        ])
    }

    fn backstop(&mut self) -> String {
        if self.cilium.is_none() {
            self.platform.push("accept E0622 because \"no Cilium yet\"".to_owned());
            let object = self.dice.word(&["cloud-metadata", "10.1.2.0/24", "10.1.2.3", "192.0.2.0/25:80-84"]);
            return format!("no workload may reach {object}");
        }
        let object = match self.dice.roll(8) {
            0 => "cloud-metadata".to_owned(),
            1 => "world:[23, 445]".to_owned(),
            2 => self.dice.word(&["shop/c", "vault/*:90", "{ canary } in cde", "workloads in outer:91-95"]),
            3 => self.dice.word(&["kube-apiserver:6443", "ingress:1", "init", "unmanaged", "health:80"]),
            4 => self.dice.word(&["10.1.2.0/24", "10.0.0.0/8:85", "[2001:db8:1::/48]"]),
            _ => {
                let net = self.net();
                // A deny of half of what there is voids what others may.
                if net.starts_with("0.0.0.0/0") || net.contains("::/0") { "10.1.2.3".to_owned() } else { net }
            }
        };
        match self.dice.roll(6) {
            0 | 1 => format!("no workload may reach {object}{}", self.remark()),
            2 => format!("{} may not ping {}", self.everybody(), self.dice.word(&["world", "10.1.0.0/16", "shop/a"])),
            3 => {
                let from =
                    self.dice.word(&["ingress", "10.1.2.0/24", "world", "remote-node", "kube-apiserver", "vault/*"]);
                format!(
                    "{from} may not reach {}{}",
                    self.dice.word(&["shop/c", "shop/*:85", "workloads in cde:7"]),
                    self.remark()
                )
            }
            _ => format!("{} may not reach {object}{}", self.everybody(), self.remark()),
        }
    }

    fn grant(&mut self) -> String {
        let from = if self.cilium.is_some() {
            self.dice.word(&["shop/a", "shop/*", "ingress", "lab/prober", "kube-apiserver", "health", "10.1.0.0/16"])
        } else {
            self.dice.word(&["shop/a", "shop/*", "lab/prober", "10.1.0.0/16"])
        };
        let to =
            self.dice.word(&["workloads in every namespace:9090", "workloads in cde:443", "shop/b:9090", "bank/a:80"]);
        format!("{from} may always reach {to}{}", self.remark())
    }

    fn enforce(&mut self) -> String {
        let directions = self.dice.word(&["ingress", "egress", "ingress, egress"]);
        let whose = self.dice.word(&[
            "workloads in every namespace",
            "workloads in every namespace except kube-system",
            "workloads in cde",
            "lab/*",
            "workloads in every namespace except kube-system, shop",
        ]);
        format!("enforce {directions} for {whose}")
    }

    fn boundary(&mut self) -> String {
        let permitted = [
            "api.example.com:443",
            "10.1.0.0/16:5432",
            "10.1.2.0/24:443",
            "shop/b:9090",
            "shop/*",
            "kube-apiserver:6443",
            "ingress:80",
            "b.example.com:[80, 443]",
            "workloads in cde",
            "[2001:db8::/32]:85-92",
            "host:9100",
            "remote-node",
            "health",
        ];
        let bound = self.dice.word(&["workloads in cde", "bank/a", "shop/c", "shop/a", "vault/*", "a in cde"]);
        if self.dice.percent(55) {
            return format!("{bound} may only reach {}", self.dice.some(&permitted, 3).join(", "));
        }
        let who = [
            "shop/a",
            "bank/*",
            "ingress",
            "workloads in cde",
            "10.1.0.0/16",
            "kube-apiserver",
            "remote-node",
            "health",
        ];
        let ports = self.dice.word(&["", "", ":443", ":80-90"]);
        format!("nothing but {} may reach {bound}{ports}", self.dice.some(&who, 3).join(", "))
    }
}

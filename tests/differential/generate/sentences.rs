//! A namespace's own sentences.

use super::Generator;

const REQUESTS: &[&str] = &[
    "GET /a",
    "GET, HEAD /a",
    "request /a",
    "GET /a/{id}",
    "GET /a/**",
    "POST /a/*/b",
    "request /**",
    "DELETE \"/a b\"",
    "GET matching \"/v[0-9]+/a\"",
    "PUT /A.b-c_d~e",
    "GET /",
];

const NARROWED: &[&str] = &[
    " without query",
    " at host \"shop.example\"",
    " with header X-Tenant",
    " with header X-Tenant: acme",
    " with header X-Tenant: \"a b\" at host \"shop.example\"",
];

impl Generator<'_> {
    fn here(&mut self, number: usize) -> String {
        (*self.dice.pick(&self.namespaces[number].workloads)).to_owned()
    }

    /// Who opens flows, of this namespace.
    fn subject(&mut self, number: usize) -> String {
        let one = self.here(number);
        match self.dice.roll(12) {
            0 => "every workload".to_owned(),
            1 => "every workload except b".to_owned(),
            2 => "a, b".to_owned(),
            3 => format!("{}/{{ tier: web }}", self.namespaces[number].name),
            _ => one,
        }
    }

    /// Who answers, of this namespace, with ports that it has.
    fn object(&mut self, number: usize) -> String {
        let one = self.here(number);
        let ports = self.ports();
        match self.dice.roll(10) {
            0 => format!("every workload{ports}"),
            1 => format!("every workload{ports} except b"),
            2 => format!("{}/{{ app in (a, b), !canary }}{ports}", self.namespaces[number].name),
            3 if self.namespaces[number].workloads.contains(&"c") => format!("(a, c){ports}"),
            _ => self.with_ports(&one),
        }
    }

    /// A workload with ports that it serves, if it says which.
    fn with_ports(&mut self, workload: &str) -> String {
        match workload {
            "both" => format!("both{}", self.dice.word(&[":9090", ":53/udp"])),
            "b" => {
                let ports =
                    self.dice.word(&[":9090", ":metrics", ":53/udp", ":dns", ":[9090, 53/udp]", ":[metrics, dns]"]);
                if !self.requests && self.dice.percent(25) { "b:http".to_owned() } else { format!("b{ports}") }
            }
            "e" => "e:8443".to_owned(),
            other => format!("{other}{}", self.ports()),
        }
    }

    pub(super) fn sentence(&mut self, number: usize) {
        let sentence = match self.dice.roll(24) {
            0..=2 => {
                let (subject, object) = (self.subject(number), self.object(number));
                let auth = if self.cilium.is_some() && self.dice.percent(12) { " with mutual auth" } else { "" };
                let remark = self.remark();
                if self.dice.percent(25) {
                    self.push(number, format!("assert {subject} can reach {object}"));
                }
                format!("{subject} may reach {object}{auth}{remark}")
            }
            3..=5 => match self.elsewhere(number) {
                Some(sentence) => sentence,
                None => format!("{} may reach {}", self.subject(number), self.outside()),
            },
            6..=8 => format!("{} may reach {}{}", self.subject(number), self.outside(), self.remark()),
            9 if self.cilium.is_some() => format!("{} may reach {}", self.subject(number), self.entity()),
            10 if self.cilium.is_some() => {
                let ports = self.ports();
                let from = self.dice.word(&[
                    "ingress",
                    "world",
                    "host",
                    "remote-node",
                    "kube-apiserver",
                    "health",
                    "init",
                    "unmanaged",
                    "cluster",
                    "nodes",
                    "anything",
                    "worker",
                ]);
                let from = if from == "worker" && !self.nodes { "nodes".to_owned() } else { from };
                let to = self.dice.word(&["a", "every workload"]);
                format!("{from} may reach {to}{}", if ports.is_empty() { ":443".to_owned() } else { ports })
            }
            11 | 12 => {
                let from = self.dice.word(&[
                    "10.0.0.0/8",
                    "10.1.2.3, 192.0.2.0/24",
                    "lab/prober",
                    "lab/*",
                    "lab/{ tier: web }",
                    "0.0.0.0/0 except 10.0.0.0/8",
                    "lan",
                    "partner",
                ]);
                let from = if from == "partner" { "private".to_owned() } else { from };
                format!("{from} may reach {}{}", self.object(number), self.remark())
            }
            13..=16 if self.requests => self.requests(number),
            17 if self.cilium.is_some() => {
                let names = [self.name(), self.name()];
                let what = if self.dice.percent(25) { "any name".to_owned() } else { names.join(", ") };
                format!("{} may resolve {what}", self.subject(number))
            }
            18 if self.cilium.is_some() => {
                let object = self.dice.word(&["a", "b", "every workload", "10.1.0.0/16", "world", "api.example.com"]);
                format!("{} may ping {object}", self.subject(number))
            }
            19 | 20 if self.cilium.is_some() => {
                let object = match self.dice.roll(4) {
                    0 => self.dice.word(&[
                        "10.1.2.0/24",
                        "10.1.2.3:80",
                        "192.0.2.0/25",
                        "[2001:db8:1::5]",
                        "cloud-metadata",
                    ]),
                    1 => self.dice.word(&["ingress", "health:80", "remote-node:90", "world:85"]),
                    _ => match self.here(number).as_str() {
                        "a" => format!("a{}", self.dice.word(&["", ":80", ":53/udp", ":82-83"])),
                        "b" => format!("b{}", self.dice.word(&["", ":dns", ":9090"])),
                        other => other.to_owned(),
                    },
                };
                let subject = self.subject(number);
                match self.dice.roll(4) {
                    0 => format!("no {} may reach {object}", self.here(number)),
                    1 => format!("{subject} may not ping {}", self.dice.word(&["a", "world"])),
                    _ => format!("{subject} may not reach {object}"),
                }
            }
            21 if self.cilium.is_some() => {
                let name = self.dice.word(&["tls.example.com", "other.example.com"]);
                let port = self.dice.word(&["8443", "8443", "443"]);
                format!("{} may reach {name}:{port} with tls name {name}", self.here(number))
            }
            22 if self.cilium.is_some() => self.boundary_here(number),
            23 => {
                if self.dice.percent(50) {
                    self.push(number, "accept H0302 because \"they roll out\" until 2031-01-01".to_owned());
                }
                let (subject, object) = (self.here(number), self.object(number));
                match self.dice.roll(3) {
                    0 => format!("assert {subject} cannot reach 10.77.7.7:7"),
                    1 => format!("assert only every workload can reach {object}"),
                    _ => "assert nothing can reach a:2".to_owned(),
                }
            }
            _ => format!("{} may reach {}", self.subject(number), self.net()),
        };
        self.push(number, sentence);
    }

    fn push(&mut self, number: usize, sentence: String) {
        self.namespaces[number].lines.extend(sentence.lines().map(str::to_owned));
    }

    fn boundary_here(&mut self, number: usize) -> String {
        let permitted = [
            "api.example.com:443",
            "10.1.0.0/16:80-90",
            "b:9090",
            "every workload",
            "lab/prober",
            "kube-apiserver:6443",
            "ingress:80",
        ];
        let one = self.here(number);
        if self.dice.percent(50) {
            let within = format!("{one} may reach {}", self.dice.pick(&permitted));
            self.push(number, within);
            return format!("{one} may only reach {}", self.dice.some(&permitted, 3).join(", "));
        }
        let who = ["a", "b", "ingress", "lab/*", "10.1.0.0/16", "every workload"];
        format!("nothing but {} may reach {one}{}", self.dice.some(&who, 2).join(", "), self.dice.word(&["", ":9090"]))
    }

    /// Towards another namespace, with the `expose` that it needs.
    fn elsewhere(&mut self, number: usize) -> Option<String> {
        let others: Vec<usize> = (0..self.namespaces.len()).filter(|other| *other != number).collect();
        if others.is_empty() {
            return None;
        }
        let other = *self.dice.pick(&others);
        let (here, there) = (self.namespaces[number].name, self.namespaces[other].name);
        let subject = self.dice.word(&["a", "b", "every workload", "a, b"]);
        let to = match self.dice.roll(4) {
            0 => format!("{here}/*"),
            1 if self.namespaces[number].in_cde => "workloads in cde".to_owned(),
            2 if subject == "a" => format!("{here}/a"),
            _ => format!("{here}/*"),
        };
        if self.requests && self.dice.percent(45) {
            let (exposed, request) = *self.dice.pick(&[
                ("GET /a/** on ", "GET /a/{id}"),
                ("GET, HEAD /a on ", "GET /a"),
                ("request /** on ", "DELETE /x/y"),
                ("", "POST /x"),
            ]);
            let port = self.dice.word(&["http", "8080"]);
            self.namespaces[other].exposes.insert(format!("expose {exposed}b:{port} to {to}"));
            return Some(format!("{subject} may {request} on {there}/b:{port}"));
        }
        let ports = self.ports();
        let (object, exposed) = match self.dice.roll(5) {
            0 => (format!("{there}/a{ports}"), format!("a{ports}")),
            1 => (format!("{there}/*{ports}"), format!("every workload{ports}")),
            2 => (format!("{there}/{{ app: b }}:9090"), "every workload:9090".to_owned()),
            3 => (format!("{there}/b:metrics"), "b:[metrics, dns]".to_owned()),
            _ => (format!("{there}/b:9090"), "b:9090".to_owned()),
        };
        self.namespaces[other].exposes.insert(format!("expose {exposed} to {to}"));
        let auth = if self.cilium.is_some() && self.dice.percent(10) { " with mutual auth" } else { "" };
        Some(format!("{subject} may reach {object}{auth}"))
    }

    fn requests(&mut self, number: usize) -> String {
        let subject = self.subject(number);
        let from = if self.dice.percent(15) { "ingress".to_owned() } else { subject };
        let request = self.dice.word(REQUESTS);
        let narrowed = if self.dice.percent(35) { self.dice.word(NARROWED) } else { String::new() };
        match self.dice.roll(7) {
            0 => {
                let lines = [self.dice.word(REQUESTS), self.dice.word(REQUESTS)];
                format!("{from} may use b:http {{\n  {}{narrowed}\n  {}\n}}", lines[0], lines[1])
            }
            1 => {
                let methods = self.dice.word(&["shop.Catalog/List", "shop.Catalog/List, shop.Search/*"]);
                format!("{from} may call {methods} on b:grpc")
            }
            2 if from != "ingress" => {
                let object = self.dice.word(&["10.1.0.0/16:8080", "lab/prober:8080", "plain.example.com:8080"]);
                format!("{from} may {request} on {object}{narrowed}")
            }
            3 => format!("{from} may {request} on b:[http, grpc]{narrowed}"),
            _ => format!("{from} may {request} on b:http{narrowed}"),
        }
    }
}

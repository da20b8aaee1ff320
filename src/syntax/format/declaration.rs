//! The spelling of headers, declarations and facts.

use super::writer::Writer;
use crate::syntax::ast::{
    Direction, DnsServer, External, FactKind, HeaderKind, ItemKind, LabelSelector, Name, NamespaceDecl, Node, Serve,
    Workload,
};

impl Writer {
    /// A header without the brace of its block.
    pub(super) fn header(&mut self, kind: &HeaderKind) {
        match kind {
            HeaderKind::Platform => self.text("platform"),
            HeaderKind::Namespace { name, owner, enforcing, .. } => {
                self.text("namespace ");
                self.text(&name.value);
                self.owner(owner.as_ref());
                self.enforcing(enforcing.as_ref());
            }
        }
    }

    fn owner(&mut self, owner: Option<&Name>) {
        if let Some(owner) = owner {
            self.text(" owner ");
            self.quoted(&owner.value);
        }
    }

    fn enforcing(&mut self, enforcing: Option<&Node<Vec<Node<Direction>>>>) {
        if let Some(directions) = enforcing {
            self.text(" enforcing ");
            if directions.value.is_empty() {
                self.text("nothing");
            }
            self.directions(&directions.value);
        }
    }

    /// What gets a name; other kinds are written by [`Writer::item`].
    pub(super) fn declaration(&mut self, kind: &ItemKind) {
        match kind {
            ItemKind::Project(name) => self.named("project", name),
            ItemKind::Cluster(cluster) => self.named("cluster", &cluster.name),
            ItemKind::NamespaceDecl(declaration) => self.namespace_declaration(declaration),
            ItemKind::NamespaceSet(set) => self.labelled("namespaces", &set.name, &set.labels),
            ItemKind::NodeSet(set) => {
                self.labelled("nodes", &set.name, &set.labels);
                self.enforcing(set.enforcing.as_ref());
            }
            ItemKind::WorkloadsBy(key) => self.named("workloads by", key),
            ItemKind::Workload(workload) => self.workload(workload),
            ItemKind::External(external) => self.external(external),
            ItemKind::Group(group) => {
                self.named("group", &group.name);
                self.text(" = ");
                self.peers(&group.members);
            }
            _ => {}
        }
    }

    fn named(&mut self, word: &str, name: &Name) {
        self.text(word);
        self.text(" ");
        self.text(&name.value);
    }

    fn labelled(&mut self, word: &str, name: &Name, labels: &LabelSelector) {
        self.named(word, name);
        self.text(" ");
        self.labels(labels);
    }

    fn namespace_declaration(&mut self, declaration: &NamespaceDecl) {
        self.named("namespace", &declaration.name);
        if let Some(folder) = &declaration.folder {
            self.text(" in ");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
            if folder.value.bytes().all(plain) {
                self.text(&folder.value);
                self.text("/");
            } else {
                self.quoted(&format!("{}/", folder.value));
            }
        }
        if let Some(labels) = &declaration.labels {
            self.text(" labels ");
            self.labels(labels);
        }
        self.owner(declaration.owner.as_ref());
    }

    fn workload(&mut self, workload: &Workload) {
        self.text("workload ");
        if let Some(namespace) = &workload.namespace {
            self.text(&namespace.value);
            self.text("/");
        }
        self.text(&workload.name.value);
        if let Some(labels) = &workload.labels {
            self.text(" ");
            self.labels(labels);
        }
        if let Some(account) = &workload.service_account {
            self.text(" as serviceaccount ");
            self.text(&account.value);
        }
        if !workload.serves.is_empty() {
            self.text(" serves ");
            self.list(&workload.serves, |serve| serve.name.span, Self::serve);
        }
    }

    fn serve(&mut self, serve: &Serve) {
        self.text(&serve.name.value);
        self.text(" ");
        self.number(serve.port.value);
        if let Some(protocol) = &serve.protocol {
            self.protocol(protocol.value);
        }
    }

    fn external(&mut self, external: &External) {
        self.named("external", &external.name);
        self.text(" = ");
        self.peers(&external.targets);
    }

    /// One line of a cluster's block.
    pub(super) fn fact(&mut self, kind: &FactKind) {
        match kind {
            FactKind::Enforcer { name, version } => {
                self.named("enforcer", name);
                self.text(" ");
                self.text(&version.value);
            }
            FactKind::Features(names) => {
                self.text("features ");
                self.names(names);
            }
            FactKind::Dns { server, ports } => {
                self.text("dns ");
                match server {
                    DnsServer::Pods { namespace, labels } => {
                        self.text(&namespace.value);
                        self.text(" ");
                        self.labels(labels);
                    }
                    DnsServer::Address(address) => self.range(address.value),
                }
                if let Some(ports) = ports {
                    self.ports(ports);
                }
            }
            FactKind::Domain(name) => self.named("domain", name),
            FactKind::Search(names) => {
                self.text("search ");
                self.names(names);
            }
            FactKind::Pods(ranges) => {
                self.text("pods ");
                self.list(ranges, |range| range.span, |writer, range| writer.range(range.value));
            }
            FactKind::Apiserver { address, port } => {
                self.text("apiserver ");
                self.range(address.value);
                self.text(":");
                self.number(port.value);
            }
            FactKind::WorkloadsBy(key) => self.named("workloads by", key),
            FactKind::MeshName(name) => self.named("mesh-name", name),
            FactKind::RegexBudget(number) => {
                self.text("regex-budget ");
                self.number(number.value);
            }
            FactKind::Cloud(name) => self.named("cloud", name),
            FactKind::External(external) => self.external(external),
            FactKind::Bad => {}
        }
    }
}

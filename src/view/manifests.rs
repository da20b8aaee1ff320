//! The objects of manifests, and what is wrong with them.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::problem::manifests::ManifestProblem;
use crate::enforcer;
use crate::enforcer::raise::{Located, Problem, ProblemKind};
use crate::inventory::{self, Inventory};
use crate::policy::{EnforcerName, Version};
use crate::source::{FileId, Sources};
use crate::yaml::{self, Document, YamlError};
use rayon::prelude::*;
use smol_str::format_smolstr;

/// The documents of one file.
#[derive(Debug)]
pub struct Text<'s> {
    file: FileId,
    documents: Vec<Result<Document<'s>, YamlError>>,
}

impl<'s> Text<'s> {
    /// The file.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Its documents, or why they cannot be read.
    pub fn documents(&self) -> &[Result<Document<'s>, YamlError>] {
        &self.documents
    }
}

/// Reads the files from `first` on, side by side; their ids will be larger by `shift`.
#[must_use]
pub fn read(sources: &Sources, first: FileId, shift: u32) -> Vec<Text<'_>> {
    let files: Vec<_> = sources.iter().filter(|(id, _)| *id >= first).collect();
    let read = files
        .into_par_iter()
        .map(|(id, file)| Text { file: FileId(id.0.saturating_add(shift)), documents: yaml::read(&file.text) });
    read.collect()
}

/// What manifests hold.
#[derive(Debug)]
pub struct Manifests<'a, 't> {
    /// The objects.
    pub objects: Vec<Located<'a, 't>>,
    /// What runs.
    pub inventory: Inventory,
    /// What is wrong with documents and with what runs; what is wrong with policies is found when they are raised.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a, 't> Manifests<'a, 't> {
    /// The objects of all documents.
    #[must_use]
    pub fn new(texts: &'a [Text<'t>]) -> Self {
        let mut objects = Vec::new();
        let mut diagnostics = Vec::new();
        let mut reader = inventory::Reader::new();
        for Text { file, documents } in texts {
            for document in documents {
                let document = match document {
                    Ok(document) => document,
                    Err(error) => {
                        diagnostics.push(unreadable(*file, error));
                        continue;
                    }
                };
                for object in yaml::objects(document) {
                    let object = match object {
                        Ok(object) => object,
                        Err(error) => {
                            diagnostics.push(unreadable(*file, &error));
                            continue;
                        }
                    };
                    if let Err(refused) = reader.add(&object, *file) {
                        let namespace = object.namespace.map(|name| format!("{name}/")).unwrap_or_default();
                        let object = format_smolstr!("{} {namespace}{}", object.kind, object.name.unwrap_or_default());
                        let (span, reason) = (refused.span, refused.to_string());
                        diagnostics.push(ManifestProblem::Refused { span, object, policy: false, reason }.into());
                    }
                    objects.push(Located { object, file: *file });
                }
            }
        }
        Self { objects, inventory: reader.finish(), diagnostics }
    }

    /// Who enforces them, as far as they tell: the newest known Cilium when there are objects of Cilium's.
    #[must_use]
    pub fn enforcer(&self) -> (EnforcerName, Version) {
        let cilium = self.objects.iter().any(|one| one.object.api_version.starts_with("cilium.io/"));
        let enforcer = if cilium { EnforcerName::Cilium } else { EnforcerName::Kubernetes };
        (enforcer, enforcer::newest(enforcer))
    }
}

/// What runs, of manifests of whose policies nothing is asked; and what is wrong with them. The ids of their files will be
/// larger by `shift`.
#[must_use]
pub fn inventory(sources: &Sources, shift: u32) -> (Inventory, Vec<Diagnostic>) {
    let texts = read(sources, FileId(0), shift);
    let found = Manifests::new(&texts);
    (found.inventory, found.diagnostics)
}

fn unreadable(file: FileId, error: &YamlError) -> Diagnostic {
    let first = match &error.problem {
        yaml::Problem::DuplicateKey { first, .. } => Some(first.span(file)),
        _ => None,
    };
    let (span, reason, help) = (error.range.span(file), error.to_string(), error.problem.help());
    ManifestProblem::Unreadable { span, reason, help, first }.into()
}

/// What raising found.
#[must_use]
pub fn problems(problems: Vec<Problem>) -> Vec<Diagnostic> {
    let problem = |Problem { object, span, kind, reason }: Problem| match kind {
        ProblemKind::Refused => ManifestProblem::Refused { span, object, policy: true, reason },
        ProblemKind::Dropped => ManifestProblem::Dropped { span, object, reason },
        ProblemKind::NotRead => ManifestProblem::NotRead { span, object, reason },
    };
    problems.into_iter().map(|one| problem(one).into()).collect()
}

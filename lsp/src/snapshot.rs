//! One project as it was at one moment, for questions.

use crate::capabilities::Abilities;
use crate::document::{Document, path_of};
use crate::grouping::Place;
use crate::lines::Encoding;
use crate::project::Project;
use crate::protocol::{Location, Range, TextDocumentPositionParams, TextEdit, Uri};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use ztp::compile::Options;
use ztp::diagnostic::{Diagnostic, Severity};
use ztp::ide::{Checked, File, Workspace};
use ztp::source::{FileId, Span};

/// What came of checking around each file, as far as anybody asked.
pub type Cache = Arc<Mutex<BTreeMap<FileId, Arc<Mutex<Option<Arc<Checked>>>>>>>;

/// See the module.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The files.
    pub workspace: Workspace,
    /// What the user decides.
    pub options: Options,
    /// What a column counts.
    pub encoding: Encoding,
    /// What the client can do.
    pub can: Abilities,
    /// How often the project was changed before.
    pub generation: u64,
    /// Which of the projects that ever stood in its folder it is of.
    pub epoch: u64,
    /// Set by the next change.
    pub over: Arc<AtomicBool>,
    documents: Arc<Vec<Option<Arc<Document>>>>,
    place: Arc<Place>,
    whole: Arc<Vec<Diagnostic>>,
    /// Whether that is of the files as they are.
    settled: bool,
    cache: Cache,
}

impl Snapshot {
    /// A project as it is now.
    pub fn new(project: &Project, options: Options, encoding: Encoding, can: Abilities) -> Self {
        Self {
            workspace: project.workspace.clone(),
            options,
            encoding,
            can,
            generation: project.generation,
            epoch: project.epoch,
            over: Arc::clone(&project.over),
            documents: Arc::clone(&project.documents),
            place: Arc::clone(&project.place),
            whole: Arc::clone(&project.whole.1),
            settled: project.whole.0 == project.generation,
            cache: Arc::clone(&project.cache),
        }
    }

    /// The id of a file that the client names.
    pub fn id(&self, uri: &Uri) -> Option<FileId> {
        self.workspace.id(&self.place.shown(&path_of(uri)))
    }

    /// A file that the client names.
    pub fn file(&self, uri: &Uri) -> Option<Arc<File>> {
        self.workspace.file(self.id(uri)?).cloned()
    }

    /// A file as the client sees it.
    pub fn document(&self, id: FileId) -> Option<&Arc<Document>> {
        self.documents.get(id.0 as usize)?.as_ref()
    }

    /// Every file as the client sees it.
    pub fn documents(&self) -> impl Iterator<Item = (FileId, &Arc<Document>)> {
        (0..).map(FileId).zip(self.documents.iter()).filter_map(|(id, document)| Some((id, document.as_ref()?)))
    }

    /// A file and a byte offset in it.
    pub fn place(&self, at: &TextDocumentPositionParams) -> Option<(Arc<File>, u32)> {
        let file = self.file(&at.text_document.uri)?;
        let offset = self.document(file.id)?.offset(at.position, self.encoding);
        Some((file, u32::try_from(offset).ok()?))
    }

    /// The bytes of a range of a file.
    pub fn span(&self, id: FileId, range: Range) -> Option<Span> {
        let document = self.document(id)?;
        let offset = |position| u32::try_from(document.offset(position, self.encoding)).ok();
        let (start, end) = (offset(range.start)?, offset(range.end)?);
        Some(Span::new(id, start.min(end), start.max(end)))
    }

    /// The places of a span.
    pub fn range(&self, span: Span) -> Range {
        let document = self.document(span.file);
        document.map(|found| found.range(span.start as usize, span.end as usize, self.encoding)).unwrap_or_default()
    }

    /// A file's name in the protocol.
    pub fn uri(&self, id: FileId) -> Option<Uri> {
        Some(self.document(id)?.uri.clone())
    }

    /// A span with its file.
    pub fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// A replacement.
    pub fn edit(&self, span: Span, new_text: String) -> TextEdit {
        TextEdit { range: self.range(span), new_text }
    }

    /// What is found in a file now.
    pub fn findings(&self, id: FileId) -> Vec<Diagnostic> {
        if self.settled {
            return self.last_findings(id);
        }
        self.near_findings(id, &self.checked_around(id))
    }

    /// What is found in a file where only what stands around it was checked. Of the project as a whole it is what was last
    /// found, for nothing is said of that here.
    pub fn near_findings(&self, id: FileId, checked: &Checked) -> Vec<Diagnostic> {
        let of_project = self.whole.iter().filter(|found| found.primary.is_none() && self.home_of(found) == Some(id));
        let here = |finding: &&Diagnostic| finding.primary.as_ref().is_some_and(|label| label.span.file == id);
        of_project.chain(checked.diagnostics.iter().filter(here)).cloned().collect()
    }

    /// What was found in a file when everything was last checked.
    pub fn last_findings(&self, id: FileId) -> Vec<Diagnostic> {
        self.whole.iter().filter(|finding| self.home_of(finding) == Some(id)).cloned().collect()
    }

    /// The same of all files.
    pub fn last_findings_by_file(&self) -> BTreeMap<FileId, Vec<&Diagnostic>> {
        let mut found: BTreeMap<FileId, Vec<&Diagnostic>> = BTreeMap::new();
        for finding in self.whole.iter() {
            if let Some(id) = self.home_of(finding) {
                found.entry(id).or_default().push(finding);
            }
        }
        found
    }

    /// The file that a finding is shown in: findings about the project as a whole stand in its first file.
    fn home_of(&self, finding: &Diagnostic) -> Option<FileId> {
        match &finding.primary {
            Some(label) => Some(label.span.file),
            None => self.workspace.files().next().map(|file| file.id),
        }
    }

    /// What stands around a file, checked once however often it is asked.
    pub fn checked_around(&self, id: FileId) -> Arc<Checked> {
        self.check_around(id, &AtomicBool::new(false)).unwrap_or_default()
    }

    /// The same; `None` if it was stopped.
    pub fn check_around(&self, id: FileId, stop: &AtomicBool) -> Option<Arc<Checked>> {
        let slot = {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cache.entry(id).or_default())
        };
        // Whoever comes second waits, and goes on if the first one was stopped.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            let files = self.workspace.together(id);
            let in_them =
                |finding: &Diagnostic| finding.primary.as_ref().is_some_and(|label| files.contains(&label.span.file));
            // Of what stands elsewhere only errors matter.
            let errors = self.whole.iter().filter(|found| found.severity() == Severity::Error);
            let elsewhere: Vec<Diagnostic> = errors.filter(|found| !in_them(found)).cloned().collect();
            *slot = Some(Arc::new(self.workspace.check_around(id, &elsewhere, &self.options, stop)?));
        }
        slot.clone()
    }
}

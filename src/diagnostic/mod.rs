//! What the compiler tells people: findings with a code, a place, a cause and a fix.
//!
//! A pass reports *facts* (one enum a family under [`problem`]); the wording of every message stands beside
//! those facts and nowhere else. [`code`] declares each code once, with its page of the error index.
//! Style of messages: lower case, no full stop, what the user wrote in backticks, and a help line that
//! says what to write.

pub mod code;
mod layout;
pub mod problem;
pub mod render;

pub use code::Code;
pub use layout::lay_out;

use crate::source::Span;

/// How grave a finding is. Only an error stops the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is emitted.
    Error,
    /// Emitted, and very likely not what was meant.
    Warning,
    /// Worth knowing.
    Hint,
}

/// A place with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said there; may be empty.
    pub text: String,
}

/// One replacement of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A way out that an editor can apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the editor's menu says.
    pub title: String,
    /// The edits, applied together.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without a look: nothing else can have been meant, and it opens nothing.
    pub certain: bool,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which finding; it also decides the severity.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where. `None` only for findings about the project as a whole.
    pub primary: Option<Label>,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// Why it matters.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// The same for editors.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding at a place.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Some(Label { span, text: String::new() }),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A finding about the project as a whole.
    #[must_use]
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says why.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to write.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers an edit.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let edits = vec![Edit { span, text: text.into() }];
        self.fixes.push(Fix { title: title.into(), edits, certain: false });
        self
    }

    /// Offers to remove something, with what joins it to its line or list.
    #[must_use]
    pub fn remove(self, title: impl Into<String>, span: Span) -> Self {
        self.fix(title, span, "")
    }

    /// Offers a new line behind the one in which a span ends.
    #[must_use]
    pub fn insert_line(self, title: impl Into<String>, behind: Span, line: &str) -> Self {
        self.fix(title, Span { start: behind.end, ..behind }, format!("\n{line}"))
    }

    /// Says that what was offered last is [certain](Fix::certain).
    #[must_use]
    pub fn certain(mut self) -> Self {
        if let Some(fix) = self.fixes.last_mut() {
            fix.certain = true;
        }
        self
    }

    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Whether any of them is an error.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
}

/// Puts findings into the order in which they are shown (place, then gravity, then code) and drops exact repeats,
/// which arise where several clusters share a source.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.as_ref().map(|l| l.span), d.severity(), d.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}

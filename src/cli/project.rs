//! What commands share that read a project: which files, which cluster, which day, and how findings are shown.

use super::{Status, terminal, today};
use clap::ValueEnum;
use std::path::PathBuf;
use ztp::compile::Options;
use ztp::diagnostic::render::Format;
use ztp::diagnostic::{Code, Diagnostic, has_errors, sort};
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;
use ztp::syntax::ast::Date;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

/// What is read, and how findings are shown.
#[derive(Debug, clap::Args)]
pub struct ProjectArgs {
    /// Folders of .ztp files, or single files, read together as one project
    ///
    /// Hidden folders are skipped. `platform` files have to lie in one of these folders, not below it.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// How findings are shown, on standard error
    #[arg(long, value_enum, default_value_t, help_heading = "Findings")]
    format: FormatName,
}

/// For which cluster and on which day.
#[derive(Debug, clap::Args)]
pub struct ClusterArgs {
    /// Take only this cluster of the project
    #[arg(long, value_name = "NAME", help_heading = "Cluster")]
    cluster: Option<String>,

    /// Compile for an enforcer where the project declares no cluster: cilium:1.18, kubernetes:1.30
    #[arg(long, value_name = "NAME:VERSION", value_parser = ztp::resolve::parse_enforcer, help_heading = "Cluster")]
    enforcer: Option<(EnforcerName, Version)>,

    /// The day that `until` is compared with, as 2027-03-31 [default: today in UTC]
    #[arg(long, value_name = "DATE", value_parser = today::parse, help_heading = "Dates")]
    today: Option<Date>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// With the source lines, for people
    #[default]
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

impl ClusterArgs {
    /// What the compiler needs to know.
    pub fn options(&self) -> Options {
        Options {
            enforcer: self.enforcer,
            cluster: self.cluster.as_deref().map(Into::into),
            today: Some(self.today.unwrap_or_else(today::utc)),
            ..Options::default()
        }
    }
}

impl ProjectArgs {
    /// Reads the files. When some could not be read, that has been reported.
    pub fn load(&self) -> Result<Sources, Status> {
        let mut loaded = Disk.load(Kind::Sources, &self.paths);
        if loaded.problems.is_empty() {
            return Ok(loaded.sources);
        }
        sort(&mut loaded.problems);
        Err(self.report(&loaded.sources, &loaded.problems))
    }

    /// What the compiler needs to know.
    pub fn options(&self) -> Options {
        self.cluster.options()
    }

    /// Shows findings and says what they mean for the exit code.
    pub fn report(&self, sources: &Sources, diagnostics: &[Diagnostic]) -> Status {
        let format = match self.format {
            FormatName::Human => Format::Human,
            FormatName::Json => Format::Json,
            FormatName::Sarif => Format::Sarif,
            FormatName::Github => Format::Github,
        };
        terminal::findings(format, sources, diagnostics);
        status(diagnostics)
    }

    /// Says something to people, on standard error; programs get findings only.
    pub fn say(&self, text: &str) {
        if self.format == FormatName::Human {
            terminal::say(text);
        }
    }
}

/// The exit code of some findings.
pub fn status(diagnostics: &[Diagnostic]) -> Status {
    let failed = [Code::E0643, Code::E0905, Code::E0906, Code::E0907, Code::E0908, Code::E0909];
    if diagnostics.iter().any(|diagnostic| failed.contains(&diagnostic.code)) {
        Status::Failed
    } else if has_errors(diagnostics) {
        Status::Findings
    } else {
        Status::Clean
    }
}

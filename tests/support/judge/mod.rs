//! The enforcers' own code as a judge of manifests and flows: `tests/conformance/judge`, asked by the protocol of
//! `tests/conformance/README.md`, one process a version.

mod question;

pub use question::{Question, directions};

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use ztp::policy::Version;

/// The version that is asked unless all are (`ZTP_CONFORMANCE=all`).
pub const NEWEST: Version = Version { major: 1, minor: 20 };

/// The others.
const OLDER: [Version; 2] = [Version { major: 1, minor: 18 }, Version { major: 1, minor: 19 }];

/// Programs that were built, by version.
pub type Programs = BTreeMap<Version, String>;

/// The judges' programs, built once for all tests; none, with a line that says so, where there is no Go.
pub fn programs() -> &'static Programs {
    static BUILT: LazyLock<Programs> = LazyLock::new(build_all);
    &BUILT
}

fn build_all() -> Programs {
    let go = Command::new("go").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !go.is_ok_and(|status| status.success()) {
        eprintln!("skipped: the engines' verdicts, for there is no Go");
        return Programs::new();
    }
    let all = std::env::var("ZTP_CONFORMANCE").is_ok_and(|asked| asked == "all");
    let versions = OLDER.iter().filter(|_| all).chain([&NEWEST]);
    versions.map(|version| (*version, build(*version))).collect()
}

fn build(version: Version) -> String {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/build");
    let built = Command::new(build).arg(version.to_string()).stderr(Stdio::inherit()).output();
    let built = built.expect("the judge's build runs");
    assert!(built.status.success(), "the judge over Cilium {version} is not built");
    String::from_utf8(built.stdout).unwrap().trim().to_owned()
}

/// One version's judge.
pub struct Judge {
    /// Of Cilium.
    pub version: Version,
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Judge {
    /// Starts one for each program, the newest last.
    pub fn start_all(programs: &Programs) -> Vec<Self> {
        programs.iter().map(|(version, program)| Self::start(*version, program)).collect()
    }

    fn start(version: Version, program: &str) -> Self {
        let started = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.expect("the judge runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { version, child, to, from }
    }

    /// Its answer to a request.
    ///
    /// # Errors
    /// That it cannot read the request, or is gone.
    pub fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let gone = |error| format!("the judge is gone: {error}");
        writeln!(self.to, "{request}").map_err(gone)?;
        let mut line = String::new();
        self.from.read_line(&mut line).map_err(gone)?;
        let answer: Value = serde_json::from_str(&line).map_err(|error| format!("the judge says `{line}`: {error}"))?;
        match answer.get("error") {
            Some(error) => Err(format!("the judge over Cilium {} does not read it: {error}", self.version)),
            None => Ok(answer),
        }
    }
}

/// What an answer says of an object.
pub struct Object {
    /// Its kind and name.
    pub name: String,
    /// What the API server finds wrong.
    pub schema: Vec<String>,
    /// What the agent does.
    pub agent: Option<String>,
}

impl Object {
    /// Those of an answer.
    pub fn all(answer: &Value) -> Vec<Self> {
        answer["objects"].as_array().into_iter().flatten().map(Self::read).collect()
    }

    fn read(object: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            name: format!("{} {}/{}", text(&object["kind"]), text(&object["namespace"]), text(&object["name"])),
            schema: object["schema"].as_array().into_iter().flatten().map(text).collect(),
            agent: object["agent"].as_str().map(str::to_owned),
        }
    }

    /// Why it enforces nothing, if so.
    pub fn refused(&self) -> Vec<&String> {
        self.schema.iter().chain(&self.agent).collect()
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why: Vec<&str> = self.refused().into_iter().map(String::as_str).collect();
        write!(f, "{}: {}", self.name, why.join("; "))
    }
}

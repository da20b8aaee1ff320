//! Starts the judge and asks it.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use ztp::policy::Version;

/// The versions that there is a judge for, the newest last.
const VERSIONS: [Version; 3] =
    [Version { major: 1, minor: 18 }, Version { major: 1, minor: 19 }, Version { major: 1, minor: 20 }];

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

/// What was built, once for all tests: the newest, or with `ZTP_CONFORMANCE=all` each; nothing, and a line about it,
/// without Go.
static PROGRAMS: LazyLock<Vec<(Version, String)>> = LazyLock::new(|| {
    let has_go = Command::new("go").arg("version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !has_go {
        eprintln!("skipped: the engines are built with Go, which is not there");
        return Vec::new();
    }
    let all = std::env::var("ZTP_CONFORMANCE").is_ok_and(|asked| asked == "all");
    let asked = if all { &VERSIONS[..] } else { &VERSIONS[VERSIONS.len() - 1..] };
    asked.iter().map(|version| (*version, build(*version))).collect()
});

/// The judges over what was built.
pub fn judges() -> Vec<Judge> {
    PROGRAMS.iter().map(|(version, program)| Judge::start(*version, program)).collect()
}

fn build(version: Version) -> String {
    let build = super::folder("tests/conformance/build");
    let built = Command::new(build).arg(version.to_string()).stderr(Stdio::inherit()).output().unwrap();
    assert!(built.status.success(), "the judge over Cilium {version} is not built");
    String::from_utf8(built.stdout).unwrap().trim().to_owned()
}

impl Judge {
    fn start(version: Version, program: &str) -> Self {
        let started = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.expect("the judge runs");
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { version, child, to, from }
    }

    /// Its answer to a request; one that it cannot read fails the test.
    pub fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.to, "{request}").expect("the judge reads");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the judge answers");
        let answer: Value = serde_json::from_str(&line).expect("the judge answers in JSON");
        assert!(answer.get("error").is_none(), "the judge over Cilium {}: {}", self.version, answer["error"]);
        answer
    }

    /// The objects of a stream of manifests, and what is wrong with them where every feature is on that a project can name.
    pub fn objects(&mut self, manifests: &str) -> Vec<Object> {
        let answer = self.ask(&json!({ "manifests": manifests, "nodeLabels": true }));
        answer["objects"].as_array().into_iter().flatten().map(Object::read).collect()
    }
}

/// What is said of an object.
pub struct Object {
    /// Its kind and name.
    pub name: String,
    /// What the API server finds wrong.
    pub schema: Vec<String>,
    /// What the agent does.
    pub agent: Option<String>,
}

impl Object {
    /// One of an answer's.
    pub fn read(object: &Value) -> Self {
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

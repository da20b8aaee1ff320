//! Editors that are here, with the set-up that `docs/editors.md` gives them and the real server: each has a script in
//! `lsp/editors`, which looks at what a user would see. Neovim also has the parser built, loaded and queried.
//!
//! An editor that is not here is said so. Debian has them: `apt-get install neovim emacs-nox elpa-eglot`.

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "tests start programs and may panic")]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// After this long an editor is ended: one that waits for a key would wait for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// The files of a project in which one name is not declared.
const PROJECT: [(&str, &str); 3] = [
    ("cluster.ztp", "platform\nproject demo\n\ncluster dev {\n  enforcer cilium 1.19\n}\n"),
    (
        "shop/shop.ztp",
        "namespace shop\nworkload frontend\nworkload backend\nfrontend may reach bank/api:https\nfrontend may reach ghost\n",
    ),
    (
        "bank/bank.ztp",
        "namespace bank\nworkload api { app: api } serves https 8443\nexpose api:https to shop/frontend\n",
    ),
];

fn editors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors")
}

/// An empty folder of this name, with the project in it.
fn project(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::remove_dir_all(&folder).unwrap_or_default();
    for (file, text) in PROJECT {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }
    // Editors take the repository for the project's folder, and these lie in the one of ztp itself.
    fs::create_dir(folder.join(".git")).expect("a folder");
    folder
}

/// Whether a program is here; says so where not.
fn is_here(program: &str) -> bool {
    let here = Command::new(program).arg("--version").output().is_ok();
    if !here {
        eprintln!("skipped: no {program}");
    }
    here
}

/// Runs an editor in a folder with the server on its `PATH`, and gives what it printed.
fn run(editor: &mut Command, folder: &Path) -> String {
    let server = Path::new(env!("CARGO_BIN_EXE_ztp-lsp")).parent().expect("a folder");
    let path = std::env::join_paths(
        std::iter::once(server.to_path_buf())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut child = editor
        .current_dir(folder)
        .env("PATH", path.expect("a path"))
        .env("HOME", folder)
        .env_remove("XDG_CONFIG_HOME")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut streams = [
        Box::new(child.stdout.take().expect("it is piped")) as Box<dyn std::io::Read + Send>,
        Box::new(child.stderr.take().expect("it is piped")),
    ]
    .map(|mut stream| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        })
    })
    .into_iter();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break Some(status),
            None if start.elapsed() > PATIENCE => {
                child.kill().expect("it can be ended");
                break None;
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    let printed: Vec<String> = streams.by_ref().map(|stream| stream.join().unwrap_or_default()).collect();
    let printed = printed.join("\n");
    assert!(status.is_some_and(|status| status.success()), "it ended with {status:?}:\n{printed}");
    printed
}

/// Each of these was seen.
fn assert_seen(printed: &str, what: &[&str]) {
    for one in what {
        assert!(printed.contains(&format!("ok: {one}")), "not seen: {one}\n{printed}");
    }
}

#[test]
fn neovim_shows_a_diagnostic_completes_and_renames() {
    if !is_here("nvim") {
        return;
    }
    let folder = project("neovim");
    let mut parts = vec![editors().join("neovim")];
    if is_here("cc") {
        let parser = folder.join("parser");
        let built = Command::new(editors().join("neovim/parser.sh")).arg(&parser).status().expect("it starts");
        assert!(built.success());
        parts.push(parser);
    }
    let runtime: Vec<String> =
        parts.iter().map(|part| format!("set runtimepath^={}", part.to_str().expect("UTF-8"))).collect();
    let mut command = Command::new("nvim");
    command.args(["--headless", "--clean", "-n"]);
    command.args(runtime.iter().flat_map(|set| ["--cmd", set.as_str()]));
    command.arg("-c").arg(format!("luafile {}", editors().join("neovim/test.lua").display()));
    let printed = run(&mut command, &folder);
    assert_seen(
        &printed,
        &[
            "a diagnostic is shown",
            "a name is completed",
            "the mended line has no diagnostic",
            "a name is renamed where it stands",
            "and in another file",
            "which leaves no diagnostic",
            "a lens on a workload lists who reaches it",
        ],
    );
    if parts.len() > 1 {
        assert_seen(&printed, &["the parser reads the file", "the queries find something"]);
    }
}

#[test]
fn emacs_colours_indents_and_shows_a_diagnostic() {
    if !is_here("emacs") {
        return;
    }
    let folder = project("emacs");
    // `project.el` asks git what it is.
    if !is_here("git") {
        return;
    }
    fs::remove_dir(folder.join(".git")).expect("it is empty");
    let made = Command::new("git").args(["init", "--quiet"]).current_dir(&folder).status().expect("it starts");
    assert!(made.success());
    let mut command = Command::new("emacs");
    command.args(["-q", "--batch", "-f", "package-initialize", "-L"]).arg(editors().join("emacs"));
    command.arg("-l").arg(editors().join("emacs/test.el"));
    let printed = run(&mut command, &folder);
    assert_seen(&printed, &["words are coloured where they are keywords", "blocks are indented"]);
    if printed.contains("skipped: no eglot") {
        return eprintln!("skipped: no eglot");
    }
    assert_seen(&printed, &["a diagnostic is shown"]);
}

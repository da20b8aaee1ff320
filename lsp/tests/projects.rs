//! Which files are one project, through the real server: by what they say, by the settings, and as the command takes them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests may panic, and read files"
)]

mod support;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::client::Client;
use support::folder::Folder;
use ztp::compile::{self, Options};
use ztp::syntax::ast::Date;
use ztp::world::disk::Disk;
use ztp::world::{Kind, World};

const PLATFORM: &str = "platform\nproject test\ncluster prod {\n  enforcer cilium 1.18\n}\n\
    namespace shop in shop/\nnamespace bank in bank/\nexternal docs = docs.example.com:443\n";
const SHOP: &str = "namespace shop\nworkload checkout\ncheckout may reach docs\ncheckout may reach bank/api:443\n";
const BANK: &str = "namespace bank\nworkload api\nexpose api:443 to shop/checkout\n";

/// The source files below a folder, by their paths from there.
fn sources(folder: &Path, below: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if folder.join(&path).is_dir() {
            sources(folder, &path, found);
        } else if path.ends_with(".ztp") {
            found.push((path.clone(), fs::read_to_string(folder.join(&path)).unwrap()));
        }
    }
}

/// What a check of some folders finds: each finding as its file, line, code and message.
fn checked(folder: &Folder, roots: &[&str]) -> BTreeSet<(String, u64, String, String)> {
    let roots: Vec<PathBuf> = roots.iter().map(|root| folder.path().join(root)).collect();
    let loaded = Disk.load(Kind::Sources, &roots);
    let options = Options { today: Date::parse("2026-01-01"), expired_fails: true, ..Options::default() };
    let outcome = compile::check(&loaded.sources, &options);
    let shown = outcome.diagnostics.iter().map(|finding| {
        let label = finding.primary.as_ref().unwrap();
        let file = loaded.sources.get(label.span.file).unwrap();
        let line = file.text[..label.span.start as usize].matches('\n').count() as u64;
        (format!("file://{}", file.path), line, finding.code.as_str().to_owned(), finding.message.clone())
    });
    shown.collect()
}

/// The same of what the server found.
fn found(client: &Client) -> BTreeSet<(String, u64, String, String)> {
    let mut all = BTreeSet::new();
    for (uri, found) in &client.found {
        for finding in found["diagnostics"].as_array().unwrap() {
            let message = finding["message"].as_str().unwrap().lines().next().unwrap();
            let (line, code) = (&finding["range"]["start"]["line"], &finding["code"]);
            all.insert((uri.clone(), line.as_u64().unwrap(), code.as_str().unwrap().to_owned(), message.to_owned()));
        }
    }
    all
}

fn with_settings(folder: &Folder, settings: &Value) -> Client {
    let mut options = settings.clone();
    options["today"] = json!("2026-01-01");
    Client::with(json!({
        "capabilities": {},
        "workspaceFolders": [{ "uri": folder.uri(""), "name": "test" }],
        "initializationOptions": options,
    }))
}

fn errors(client: &Client, uri: &str) -> Vec<String> {
    let found = client.found.get(uri).map(|found| found["diagnostics"].as_array().unwrap().clone()).unwrap_or_default();
    let errors = found.iter().filter(|finding| finding["severity"] == 1);
    errors.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_example_of_two_folders_shows_what_the_command_says() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut files = Vec::new();
    sources(&examples, "payments", &mut files);
    assert!(files.len() >= 5, "{files:?}");
    // One wrong name in a team's file, and one in the platform's.
    let mut broken = files.clone();
    for (path, text) in &mut broken {
        if path.ends_with("frontend.ztp") {
            text.push_str("web-gateway may reach payments/nobody:443\n");
        }
        if path.ends_with("lockdown.ztp") {
            text.push_str("no workload may reach nowhere\n");
        }
    }
    for opened in ["", "payments"] {
        for breaks in [false, true] {
            let given = if breaks { &broken } else { &files };
            let given: Vec<(&str, &str)> = given.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let folder = Folder::with(&given);
            let wanted = checked(&folder, &["payments/platform", "payments/teams"]);
            assert_eq!(wanted.iter().any(|(_, _, code, _)| code.starts_with('E')), breaks, "{wanted:?}");
            let mut client = Client::with(json!({
                "capabilities": {},
                "workspaceFolders": [{ "uri": folder.uri(opened), "name": "test" }],
                "initializationOptions": { "today": "2026-01-01" },
            }));
            let status = client.settle();
            assert_eq!(status["projects"], 1, "{opened}: {status}");
            assert_eq!(found(&client), wanted, "{opened}");
        }
    }
}

#[test]
fn every_example_is_a_project_of_its_own() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut files = Vec::new();
    sources(&examples, "", &mut files);
    let given: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = Folder::with(&given);
    let mut client = with_settings(&folder, &json!({}));
    let names: BTreeSet<&str> = files.iter().filter_map(|(path, _)| path.split('/').next()).collect();
    assert_eq!(client.settle()["projects"], names.len());
    for uri in files.iter().map(|(path, _)| folder.uri(path)) {
        assert_eq!(errors(&client, &uri), Vec::<String>::new(), "{uri}");
    }
}

#[test]
fn what_stands_beside_a_platform_knows_it_and_is_known() {
    let folder = Folder::with(&[
        ("policies/platform/cluster.ztp", PLATFORM),
        ("policies/teams/shop/shop.ztp", SHOP),
        ("policies/teams/bank/bank.ztp", BANK),
        ("demo/demo.ztp", "namespace demo\n"),
    ]);
    let (platform, shop) = (folder.uri("policies/platform/cluster.ztp"), folder.uri("policies/teams/shop/shop.ztp"));
    let mut client = with_settings(&folder, &json!({}));
    assert_eq!(client.settle()["projects"], 2);
    assert_eq!(errors(&client, &shop), Vec::<String>::new());

    let place = json!({ "textDocument": { "uri": shop }, "position": { "line": 2, "character": 20 } });
    let found = client.request("textDocument/definition", place);
    assert_eq!((&found[0]["uri"], &found[0]["range"]["start"]["line"]), (&json!(platform), &json!(7)), "{found}");

    client.open(&platform, PLATFORM);
    client.change(&platform, 2, &PLATFORM.replace("external docs", "external manuals"));
    client.settle();
    assert_eq!(errors(&client, &shop), ["E0203"]);
    client.change(&platform, 3, &PLATFORM.replace("shop in shop/", "shop in web/"));
    client.settle();
    assert_eq!(errors(&client, &shop), ["E0308"], "its folder is another now");

    // Nobody waits for them any more: they are alone, as the command would not take them together unasked.
    client.change(&platform, 4, "platform\nproject test\ncluster prod {\n  enforcer cilium 1.18\n}\n");
    assert_eq!(client.settle()["projects"], 2);
    assert_eq!(errors(&client, &folder.uri("demo/demo.ztp")), ["E0640"], "without its platform nobody enforces it");
    client.change(&platform, 5, PLATFORM);
    client.settle();
    assert_eq!(errors(&client, &shop), Vec::<String>::new());
    assert!(client.end().success());
}

#[test]
fn clones_opened_side_by_side_are_one_project() {
    let folder = Folder::with(&[("platform/cluster.ztp", PLATFORM), ("shop/shop.ztp", SHOP), ("bank/bank.ztp", BANK)]);
    let of = |name: &str| json!({ "uri": folder.uri(name), "name": name });
    let mut client =
        Client::with(json!({ "capabilities": {}, "workspaceFolders": [of("platform"), of("shop"), of("bank")] }));
    assert_eq!(client.settle()["projects"], 1);
    let shop = folder.uri("shop/shop.ztp");
    assert_eq!(errors(&client, &shop), Vec::<String>::new(), "its folder is that of the clone");
    // The platform's clone goes.
    let event = json!({ "event": { "added": [], "removed": [of("platform")] } });
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(client.settle()["projects"], 2);
    assert_eq!(errors(&client, &shop), ["E0640"], "nobody says who enforces it now");
}

#[test]
fn roots_that_are_said_are_one_project() {
    let lone =
        "platform\nproject test\ncluster prod {\n  enforcer cilium 1.18\n}\nexternal docs = docs.example.com:443\n";
    let folder = Folder::with(&[
        ("ours/cluster.ztp", lone),
        ("apps/a/shop.ztp", "namespace shop\nworkload checkout\ncheckout may reach docs\n"),
        ("other/cluster.ztp", lone),
    ]);
    let shop = folder.uri("apps/a/shop.ztp");
    let mut client = with_settings(&folder, &json!({}));
    assert_eq!(client.settle()["projects"], 3, "nothing says which of the two it belongs to");
    assert!(!errors(&client, &shop).is_empty());

    let settings = json!({ "roots": ["./ours", "apps/"] });
    let mut client = with_settings(&folder, &settings);
    assert_eq!(client.settle()["projects"], 2);
    assert_eq!(errors(&client, &shop), Vec::<String>::new());

    // Settings can come later, and be wrong.
    let mut client = with_settings(&folder, &json!({}));
    client.settle();
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "ztp": settings } }));
    assert_eq!(client.settle()["projects"], 2);
    assert_eq!(errors(&client, &shop), Vec::<String>::new());
    let wrong = json!({ "ztp": { "roots": ["ours", "nowhere"] } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": wrong }));
    client.settle();
    let said = client.said.iter().find(|said| said["method"] == "window/showMessage");
    assert!(said.unwrap()["params"]["message"].as_str().unwrap().contains("`nowhere`"), "{said:?}");
}

#[test]
fn a_thousand_files_that_come_at_once_are_divided_once() {
    let folder = Folder::with(&[("platform/cluster.ztp", PLATFORM), ("teams/shop/shop.ztp", SHOP)]);
    let mut client = with_settings(&folder, &json!({}));
    let before = client.settle();
    let mut changes = Vec::new();
    for number in 0..300 {
        let name = format!("teams/n{number}/n.ztp");
        folder.write(&name, &format!("namespace n{number}\nworkload w\n"));
        changes.push(json!({ "uri": folder.uri(&name), "type": 1 }));
    }
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    let after = client.settle();
    assert_eq!((&after["projects"], &after["files"]), (&json!(1), &json!(302)));
    let parsed = after["parsed"].as_u64().unwrap() - before["parsed"].as_u64().unwrap();
    assert_eq!(parsed, 300, "each is read once, and nothing else is");
    assert_eq!(after["wholeChecks"].as_u64().unwrap() - before["wholeChecks"].as_u64().unwrap(), 1);
    fs::remove_dir_all(folder.path().join("teams")).unwrap();
    let gone = json!({ "uri": folder.uri("teams"), "type": 3 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [gone] }));
    assert_eq!(client.settle()["files"], 1, "of a folder that goes an editor names nothing else");
}

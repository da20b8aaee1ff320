//! How a server begins and ends, and what it makes of messages that are none.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod support;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::client::Client;
use support::folder::Folder;

const CLUSTER: &str = "platform\nproject test\ncluster prod {\n  enforcer cilium 1.18\n}\n";
const SHOP: &str =
    "namespace shop\nworkload checkout\nworkload backend serves http 8080\ncheckout may reach backend:8080\n";

fn folder() -> Folder {
    Folder::with(&[("cluster.ztp", CLUSTER), ("shop.ztp", SHOP)])
}

#[test]
fn exit_ends_it_at_once_while_its_input_is_open_and_questions_wait() {
    let folder = folder();
    let mut client = Client::on(&folder.uri(""), &json!({}));
    for _ in 0..50 {
        client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": folder.uri("shop.ztp") } }));
    }
    client.request("shutdown", Value::Null);
    let begin = Instant::now();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut client = Client::on(&folder().uri(""), &json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn exit_before_anything_else_ends_it() {
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn the_end_of_its_input_ends_it() {
    let mut client = Client::on(&folder().uri(""), &json!({}));
    client.close();
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn a_stream_that_is_broken_ends_it() {
    for broken in [b"Content-Length: 9\r\n\r\nnot json!".as_slice(), b"Content-Length: 3\r\n\r\n\xff\xfe\xfd"] {
        let mut client = Client::on(&folder().uri(""), &json!({}));
        client.send_raw(broken);
        assert_eq!(client.wait().code(), Some(1), "where the next message begins is anybody's guess");
    }
}

#[test]
fn what_it_does_not_know_is_refused_and_nothing_is_lost() {
    let folder = folder();
    let shop = folder.uri("shop.ztp");
    let mut client = Client::on(&folder.uri(""), &json!({}));
    client.open(&shop, SHOP);
    client.notify("no/suchThing", json!({}));
    let unknown = client.ask("no/suchQuestion", json!({}));
    assert_eq!(client.answer(unknown)["error"]["code"], -32601);
    let wrong = client.ask("textDocument/diagnostic", json!({ "textDocument": 7 }));
    assert_eq!(client.answer(wrong)["error"]["code"], -32602);
    // Changes of what is not open, and of lines that are not there.
    client.change(&folder.uri("nowhere.ztp"), 3, "namespace x\n");
    let far = json!({ "start": { "line": 900, "character": 9 }, "end": { "line": 4, "character": 1 } });
    let document = json!({ "uri": shop, "version": 2 });
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "range": far, "text": "\ncheckout may reach bakend\n" }] }),
    );
    let found = client.found_of(&shop, 2);
    assert_eq!(found[0]["code"], "E0203", "{found}");
    assert!(client.end().success());
}

#[test]
fn nothing_is_answered_before_the_beginning_and_after_the_end() {
    let folder = folder();
    let params = json!({ "textDocument": { "uri": folder.uri("shop.ztp") } });
    let mut client = Client::start();
    let early = client.ask("textDocument/diagnostic", params.clone());
    assert_eq!(client.answer(early)["error"]["code"], -32002);
    let mut client = Client::on(&folder.uri(""), &json!({}));
    client.request("shutdown", Value::Null);
    let late = client.ask("textDocument/diagnostic", params);
    assert_eq!(client.answer(late)["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert!(client.wait().success());
}

#[test]
fn files_come_and_go_on_the_disk() {
    let folder = folder();
    let shop = folder.uri("shop.ztp");
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::on(&folder.uri(""), &capabilities);
    let text = format!("{SHOP}checkout may reach payments/api:443\n");
    client.open(&shop, &text);
    client.settle();
    let asked = client.said.iter().find(|said| said["method"] == "client/registerCapability");
    let watchers = &asked.unwrap()["params"]["registrations"][0]["registerOptions"]["watchers"];
    // Of a folder that goes an editor tells only its own name, which is no source file's.
    assert_eq!(*watchers, json!([{ "globPattern": "**/*.ztp" }, { "globPattern": "**/*", "kind": 4 }]));
    let errors = |client: &Client| -> Vec<String> {
        let found = client.found[&shop]["diagnostics"].as_array().unwrap().clone();
        let errors = found.iter().filter(|finding| finding["severity"] == 1);
        errors.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    assert!(errors(&client).is_empty(), "nobody here declares `payments`: {:?}", client.found);
    let told = |client: &mut Client, kind: u8| {
        let change = json!({ "uri": folder.uri("teams/payments.ztp"), "type": kind });
        client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        client.settle();
    };
    folder.write("teams/payments.ztp", "namespace payments\nworkload api\n");
    told(&mut client, 1);
    assert_eq!(errors(&client), ["E0301"], "now it decides who gets in");
    folder.write("teams/payments.ztp", "namespace payments\nworkload api\nexpose api:443 to shop/checkout\n");
    told(&mut client, 2);
    assert!(errors(&client).is_empty(), "{:?}", client.found);
    folder.remove("teams/payments.ztp");
    told(&mut client, 3);
    assert!(errors(&client).is_empty(), "{:?}", client.found);
    // A folder that goes takes its files along.
    folder.write("teams/payments.ztp", "namespace payments\nworkload api\n");
    told(&mut client, 1);
    assert_eq!(errors(&client), ["E0301"]);
    std::fs::remove_dir_all(folder.path().join("teams")).unwrap();
    let change = json!({ "uri": folder.uri("teams"), "type": 3 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    client.settle();
    assert!(errors(&client).is_empty(), "{:?}", client.found);
}

#[test]
fn a_folder_with_several_projects_is_several_projects() {
    let folder = Folder::with(&[
        ("one/cluster.ztp", CLUSTER),
        ("one/shop/shop.ztp", SHOP),
        ("two/cluster.ztp", &CLUSTER.replace("test", "other")),
        ("two/shop/shop.ztp", SHOP),
    ]);
    let mut client = Client::on(&folder.uri(""), &json!({}));
    let status = client.settle();
    assert_eq!((&status["projects"], &status["files"]), (&json!(2), &json!(4)), "{status}");
    let wrong = |found: &Value| found["diagnostics"].as_array().unwrap().iter().any(|finding| finding["severity"] == 1);
    assert!(!client.found.values().any(wrong), "{:?}", client.found);
}

#[test]
fn whoever_types_from_the_start_sees_what_is_found_in_other_files() {
    let mut files = vec![("cluster.ztp".to_owned(), CLUSTER.to_owned()), ("shop.ztp".to_owned(), SHOP.to_owned())];
    for number in 0..100 {
        let sentences: String = (0..50).map(|port| format!("a may reach b:{}\n", 1000 + 2 * port)).collect();
        files.push((format!("n{number}.ztp"), format!("namespace n{number}\nworkload a\nworkload b\n{sentences}")));
    }
    files.push(("wrong.ztp".to_owned(), "namespace wrong\na may reach b\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::with(&files);
    let mut client = Client::on(&folder.uri(""), &json!({}));
    let (shop, wrong) = (folder.uri("shop.ztp"), folder.uri("wrong.ztp"));
    client.open(&shop, SHOP);
    let (begin, mut version) = (Instant::now(), 1);
    while !client.found.contains_key(&wrong) {
        assert!(begin.elapsed() < support::client::LIMIT, "the first check never ends");
        version += 1;
        client.change(&shop, version, &format!("{SHOP}# {version}\n"));
        client.step(Instant::now() + Duration::from_millis(5));
    }
    assert!(version > 2, "it was over before anybody typed");
}

#[test]
fn what_is_found_of_the_whole_project_stays_while_one_types() {
    let folder = Folder::with(&[("a.ztp", SHOP), ("b.ztp", "namespace other\n")]);
    let first = folder.uri("a.ztp");
    let mut client = Client::on(&folder.uri(""), &json!({}));
    client.open(&first, SHOP);
    client.settle();
    for version in 1..5 {
        let found = client.found_of(&first, version);
        assert_eq!(found[0]["code"], "E0640", "nobody enforces it, in version {version}: {found}");
        client.change(&first, version + 1, &format!("{SHOP}# {version}\n"));
    }
}

#[test]
fn what_was_found_in_a_file_that_went_goes_with_it() {
    let folder =
        Folder::with(&[("cluster.ztp", CLUSTER), ("shop.ztp", SHOP), ("lost.ztp", "namespace lost\na may reach b\n")]);
    let elsewhere = Folder::with(&[("other.ztp", "namespace other\n")]);
    let mut client = Client::on(&folder.uri(""), &json!({}));
    let (lost, unsaved, outside) =
        (folder.uri("lost.ztp"), "untitled:Untitled-1".to_owned(), elsewhere.uri("other.ztp"));
    for uri in [&unsaved, &outside] {
        client.open(uri, "namespace other\na may reach b\n");
    }
    let before = client.settle();
    assert_eq!(before["files"], 5, "{before}");
    let found = |client: &Client, uri: &str| client.found[uri]["diagnostics"].as_array().unwrap().len();
    for uri in [&lost, &unsaved, &outside] {
        assert!(found(&client, uri) > 0, "{uri}: {:?}", client.found);
    }
    folder.remove("lost.ztp");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": lost, "type": 3 }] }));
    for uri in [&unsaved, &outside] {
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }
    let after = client.settle();
    for uri in [&lost, &unsaved, &outside] {
        assert_eq!(found(&client, uri), 0, "{uri}: {:?}", client.found);
    }
    assert_eq!((&after["files"], &after["projects"]), (&json!(2), &json!(1)), "{after}");
}

#[test]
fn settings_stand_until_others_are_said() {
    let folder = Folder::with(&[("shop.ztp", &format!("{SHOP}checkout may ping backend until 2030-01-01\n"))]);
    let mut client = Client::with(json!({
        "capabilities": {},
        "rootUri": folder.uri(""),
        "initializationOptions": { "enforcer": "cilium:1.18", "today": "2030-01-02" },
    }));
    let errors = |client: &mut Client, settings: &Value| -> Vec<String> {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
        client.settle();
        let shown =
            client.found.get(&folder.uri("shop.ztp")).map(|found| found["diagnostics"].as_array().unwrap().clone());
        let errors = shown.unwrap_or_default().into_iter().filter(|finding| finding["severity"] == 1);
        errors.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    // As clients send them that have none for this server.
    for none in [Value::Null, json!({}), json!({ "ztp": null }), json!({ "other": { "enforcer": 7 } })] {
        assert_eq!(errors(&mut client, &none), ["E0802"], "{none}");
    }
    let warnings = |client: &Client| client.said.iter().filter(|said| said["method"] == "window/showMessage").count();
    assert_eq!(warnings(&client), 0, "{:?}", client.said);
    let earlier = json!({ "ztp": { "enforcer": "cilium:1.18", "today": "2029-12-31" } });
    assert_eq!(errors(&mut client, &earlier), Vec::<String>::new());
    assert_eq!(errors(&mut client, &json!({ "ztp": { "today": "2029-12-31" } })), ["E0640"]);
    errors(&mut client, &json!({ "ztp": { "today": "soon", "enforcer": "cilium" } }));
    assert_eq!(warnings(&client), 2, "{:?}", client.said);
}

#[test]
fn a_folder_that_is_not_on_the_disk_holds_nothing() {
    for away in ["vscode-vfs://github/somebody/something", "untitled:folder"] {
        let outside = Folder::with(&[("shop.ztp", SHOP), ("cluster.ztp", CLUSTER)]);
        let mut client = Client::on(away, &json!({}));
        let status = client.settle();
        assert_eq!((&status["projects"], &status["files"]), (&json!(0), &json!(0)), "{away}: {status}");
        client.open(&outside.uri("shop.ztp"), SHOP);
        assert_eq!(client.settle()["files"], 1, "{away}");
        let change = json!({ "event": { "added": [{ "uri": outside.uri(""), "name": "b" }], "removed": [{ "uri": away, "name": "a" }] } });
        client.notify("workspace/didChangeWorkspaceFolders", change);
        assert_eq!(client.settle()["files"], 2, "{away}");
    }
}

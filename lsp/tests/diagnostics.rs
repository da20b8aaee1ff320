//! Findings through the real server: pushed and pulled, for the whole project, the very ones of `ztp check`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod support;

use serde_json::{Value, json};
use support::client::Client;
use support::folder::Folder;

const CLUSTER: &str = "platform\nproject test\ncluster prod {\n  enforcer cilium 1.18\n}\n";
const SHOP: &str = "namespace shop\nworkload checkout\nworkload backend serves http 8080\n\
    checkout may reach backend:8080\ncheckout may reach payments/api:443\n";
const PAYMENTS: &str = "namespace payments\nworkload api\nexpose api:443 to shop/checkout\n";

fn project() -> Folder {
    Folder::with(&[("cluster.ztp", CLUSTER), ("shop.ztp", SHOP), ("payments.ztp", PAYMENTS)])
}

/// What a client can do that asks for findings.
fn pulls() -> Value {
    json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    })
}

fn codes(found: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> =
        found.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes
}

fn no_errors(found: &Value) -> bool {
    found.as_array().unwrap().iter().all(|finding| finding["severity"] != 1)
}

#[test]
fn an_edit_shows_in_its_file_and_in_the_others() {
    let folder = project();
    let (shop, payments, cluster) = (folder.uri("shop.ztp"), folder.uri("payments.ztp"), folder.uri("cluster.ztp"));
    let mut client = Client::on(&folder.uri(""), &json!({}));
    client.open(&shop, SHOP);
    client.settle();
    assert!(no_errors(&client.found_of(&shop, 1)), "{:?}", client.found);

    client.change(&shop, 2, &SHOP.replace("reach backend", "reach bakend"));
    let found = client.found_of(&shop, 2);
    assert_eq!(codes(&found), ["E0203"], "{found}");
    let finding = &found[0];
    assert_eq!(finding["source"], "ztp");
    assert_eq!(finding["range"]["start"], json!({ "line": 3, "character": 19 }));
    assert!(finding["codeDescription"]["href"].as_str().unwrap().ends_with("/E0203.md"), "{finding}");
    assert!(finding["message"].as_str().unwrap().contains("help: "), "{finding}");

    client.change(&shop, 3, SHOP);
    assert!(no_errors(&client.found_of(&shop, 3)));

    // Another namespace takes its consent back.
    client.open(&payments, PAYMENTS);
    client.change(&payments, 2, "namespace payments\nworkload api\n");
    client.settle();
    assert_eq!(codes(&client.found[&shop]["diagnostics"]), ["E0301"], "{:?}", client.found);
    client.change(&payments, 3, PAYMENTS);
    client.settle();
    assert!(no_errors(&client.found[&shop]["diagnostics"]));

    // The platform changes its mind.
    client.open(&cluster, CLUSTER);
    client.change(&cluster, 2, &format!("{CLUSTER}external backend = 192.0.2.1\n"));
    client.settle();
    let found = &client.found[&shop]["diagnostics"];
    assert_eq!(codes(found), ["E0201"], "{found}");
    let other = &found[0]["relatedInformation"][0]["location"]["uri"];
    assert_eq!(*other, cluster.as_str(), "{found}");
    assert!(client.end().success());
}

#[test]
fn a_client_that_asks_gets_answers_and_is_sent_none() {
    let folder = project();
    let shop = folder.uri("shop.ztp");
    let mut client = Client::on(&folder.uri(""), &pulls());
    client.open(&shop, &SHOP.replace("reach backend", "reach bakend"));
    let pull =
        |client: &mut Client| client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": shop } }));
    let report = pull(&mut client);
    assert_eq!(report["kind"], "full");
    assert_eq!(codes(&report["items"]), ["E0203"]);
    client.settle();
    assert_eq!(codes(&pull(&mut client)["items"]), ["E0203"]);
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = report["items"].as_array().unwrap();
    let of_shop: Vec<&Value> = items.iter().filter(|item| item["uri"] == shop.as_str()).collect();
    assert_eq!(of_shop.len(), 1, "{report}");
    assert_eq!((&of_shop[0]["version"], codes(&of_shop[0]["items"])), (&json!(1), vec!["E0203"]));
    assert!(client.found.is_empty(), "{:?}", client.found);
    assert!(client.said.iter().any(|said| said["method"] == "workspace/diagnostic/refresh"), "{:?}", client.said);
}

#[test]
fn a_client_that_asks_for_everything_hears_of_what_is_over() {
    let folder = project();
    let mut client = Client::on(&folder.uri(""), &pulls());
    let change = |client: &mut Client, text: &str| {
        folder.write("shop.ztp", text);
        let change = json!({ "uri": folder.uri("shop.ztp"), "type": 2 });
        client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        client.settle();
    };
    let pull = |client: &mut Client, known: Value| {
        client.request("workspace/diagnostic", json!({ "previousResultIds": known }))["items"].clone()
    };
    change(&mut client, "namespace shop\ncheckout may reach nobody\n");
    let found = pull(&mut client, json!([]));
    let of_shop = found.as_array().unwrap().iter().find(|item| item["uri"] == folder.uri("shop.ztp")).unwrap().clone();
    assert!(!of_shop["items"].as_array().unwrap().is_empty(), "{found}");
    change(&mut client, "namespace shop\n");
    let known = json!([{ "uri": of_shop["uri"], "value": of_shop["resultId"] }]);
    let found = pull(&mut client, known);
    let of_shop = found.as_array().unwrap().iter().find(|item| item["uri"] == folder.uri("shop.ztp")).unwrap().clone();
    assert_eq!(of_shop["items"], json!([]), "{found}");
}

#[test]
fn a_client_that_cannot_be_told_to_ask_again_is_sent_findings() {
    let folder = project();
    let mut client = Client::start();
    let can = json!({ "textDocument": { "diagnostic": {} } });
    let begun =
        client.request("initialize", json!({ "processId": null, "rootUri": folder.uri(""), "capabilities": can }));
    assert_eq!(begun["capabilities"].get("diagnosticProvider"), None, "{begun}");
    client.notify("initialized", json!({}));
    let payments = folder.uri("payments.ztp");
    client.open(&payments, PAYMENTS);
    client.change(&payments, 2, "namespace payments\nworkload api\n");
    client.settle();
    assert_eq!(codes(&client.found[&folder.uri("shop.ztp")]["diagnostics"]), ["E0301"], "{:?}", client.found);
}

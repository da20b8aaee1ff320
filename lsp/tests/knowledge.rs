//! What the real server knows of a place and can do there: hover, completion, hints, lenses, actions, formatting.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod support;

use serde_json::{Value, json};
use support::client::Client;
use support::folder::Folder;

const CLUSTER: &str = "platform\nproject test\ncluster prod {\n  enforcer cilium 1.19\n}\n";
const SHOP: &str = "namespace shop\n## Takes the money.\nworkload checkout\nworkload backend serves http 8080\n\
    checkout may reach backend:http\ncheckout may reach payments/api:443\n";
const PAYMENTS: &str = "namespace payments\nworkload api\nexpose api:443 to shop/checkout\n";

/// A server with `shop.ztp` open, as this text.
fn opened(text: &str, capabilities: &Value) -> (Folder, Client, String) {
    let folder = Folder::with(&[("cluster.ztp", CLUSTER), ("shop.ztp", SHOP), ("payments.ztp", PAYMENTS)]);
    let shop = folder.uri("shop.ztp");
    let mut client = Client::on(&folder.uri(""), capabilities);
    client.open(&shop, text);
    client.settle();
    (folder, client, shop)
}

/// The parameters of a question about a place.
fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn document(uri: &str) -> Value {
    json!({ "textDocument": { "uri": uri } })
}

/// The parameters of a question about lines.
fn lines(uri: &str, first: u32, last: u32) -> Value {
    let place = |line: u32| json!({ "line": line, "character": 0 });
    json!({ "textDocument": { "uri": uri }, "range": { "start": place(first), "end": place(last) } })
}

/// The items of a completion, or of any other list.
fn items(answer: &Value) -> &Vec<Value> {
    answer.get("items").unwrap_or(answer).as_array().unwrap()
}

fn labels(answer: &Value) -> Vec<&str> {
    items(answer).iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn hover_tells_of_names_and_sentences() {
    let (_folder, mut client, shop) = opened(SHOP, &json!({}));
    let name = client.request("textDocument/hover", at(&shop, 4, 2));
    let text = name["contents"]["value"].as_str().unwrap();
    assert!(text.contains("workload checkout"), "{text}");
    assert!(text.contains("Takes the money."), "{text}");
    assert!(text.contains("`shop/{ app: checkout }`"), "{text}");
    assert_eq!(name["range"]["end"], json!({ "line": 4, "character": 8 }));

    let sentence = client.request("textDocument/hover", at(&shop, 4, 10));
    let text = sentence["contents"]["value"].as_str().unwrap();
    assert!(text.contains("```yaml\n# CiliumNetworkPolicy shop/ztp.workload.backend\nspec:"), "{text}");
    assert!(text.contains("`**.cluster.local`"), "{text}");
    assert!(text.contains("/language.md#may-reach)"), "{text}");
    assert_eq!(client.request("textDocument/hover", at(&shop, 6, 0)), Value::Null);
}

#[test]
fn completion_offers_names_ports_and_words() {
    let text = format!("{SHOP}checkout may reach backend:\ncheckout may \nchec");
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let (_folder, mut client, shop) = opened(&text, &snippets);
    let ports = client.request("textDocument/completion", at(&shop, 6, 27));
    assert_eq!(labels(&ports), ["http"]);
    assert_eq!(items(&ports)[0]["detail"], "8080/tcp");
    let words = client.request("textDocument/completion", at(&shop, 7, 13));
    assert!(labels(&words).contains(&"reach") && labels(&words).contains(&"GET"), "{words}");
    let starts = client.request("textDocument/completion", at(&shop, 8, 4));
    assert!(labels(&starts).contains(&"checkout") && labels(&starts).contains(&"payments/"), "{starts}");
    let snippet = items(&starts).iter().find(|item| item["label"] == "A may reach B:PORT").unwrap();
    assert_eq!(snippet["insertTextFormat"], 2);
    assert_eq!(snippet["textEdit"]["range"]["start"], json!({ "line": 8, "character": 0 }));

    let (_folder, mut plain, shop) = opened(&text, &json!({}));
    let starts = plain.request("textDocument/completion", at(&shop, 8, 4));
    assert!(items(&starts).iter().all(|item| item["insertTextFormat"] == 1), "{starts}");
}

#[test]
fn inlay_hints_say_what_is_left_unsaid() {
    let (_folder, mut client, shop) = opened(SHOP, &json!({}));
    let hints = client.request("textDocument/inlayHint", lines(&shop, 0, 6));
    assert_eq!(
        labels(&hints),
        ["{ app: checkout }", "{ app: backend }", "= 8080", "looks up **.cluster.local"],
        "{hints}"
    );
    let few = client.request("textDocument/inlayHint", lines(&shop, 4, 5));
    assert_eq!(labels(&few).len(), 2, "{few}");
}

#[test]
fn lenses_count_objects_and_sentences() {
    let (folder, mut client, shop) = opened(SHOP, &json!({}));
    let lenses = client.request("textDocument/codeLens", document(&shop));
    let titles: Vec<&str> =
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "3 objects: ztp.default-deny, ztp.workload.backend, ztp.workload.checkout",
            "reached by no sentence",
            "reached by 1 sentence"
        ]
    );
    assert_eq!(lenses[2]["command"]["command"], "ztp.showReferences");
    assert_eq!(lenses[2]["command"]["arguments"][2][0]["range"]["start"]["line"], 4);

    let payments = client.request("textDocument/codeLens", document(&folder.uri("payments.ztp")));
    let places = &payments[1]["command"]["arguments"][2];
    assert_eq!(places[0]["uri"], shop.as_str(), "{payments}");
}

/// What a completion puts into the text: of the item of a label the ranges for inserting and replacing, as columns.
fn put(answer: &Value, label: &str) -> (Value, Value) {
    let item = items(answer).iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label}"));
    let edit = &item["textEdit"];
    let columns = |range: &Value| json!([range["start"]["character"], range["end"]["character"]]);
    let of = |kind: &str| edit.get(kind).unwrap_or(&edit["range"]);
    (columns(of("insert")), columns(of("replace")))
}

#[test]
fn a_completion_within_a_word_takes_the_place_of_the_word() {
    let text = format!("{SHOP}checkout may reach back: \ncheckout may reach payments/api:443\n");
    let both = json!({ "textDocument": { "completion": { "completionItem": { "insertReplaceSupport": true } } } });
    for (can, inserts) in [(both, true), (json!({}), false)] {
        let (_folder, mut client, shop) = opened(&text, &can);
        let within = client.request("textDocument/completion", at(&shop, 6, 21));
        assert_eq!(put(&within, "backend"), (json!([19, if inserts { 21 } else { 23 }]), json!([19, 23])));
        // Of a peer with its namespace a namespace takes the place of the namespace, and a name that of both.
        let qualified = client.request("textDocument/completion", at(&shop, 7, 20));
        assert_eq!(put(&qualified, "payments/").1, json!([19, 28]));
        assert_eq!(put(&qualified, "backend").1, json!([19, 31]));
        let name = client.request("textDocument/completion", at(&shop, 7, 29));
        assert_eq!(put(&name, "api").1, json!([28, 31]));
        let before = client.request("textDocument/completion", at(&shop, 6, 19));
        assert_eq!(put(&before, "backend"), (json!([19, 19]), json!([19, 19])), "nothing is begun yet");
    }
}

#[test]
fn of_very_many_some_are_offered_and_the_others_when_more_is_typed() {
    let mut files = vec![("cluster.ztp".to_owned(), CLUSTER.to_owned())];
    files.extend((0..300).map(|number| (format!("n{number}.ztp"), format!("namespace n{number}\nworkload w\n"))));
    let text = "namespace shop\nworkload a\na may reach n29";
    files.push(("shop.ztp".to_owned(), text.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::with(&files);
    let mut client = Client::on(&folder.uri(""), &json!({}));
    let shop = folder.uri("shop.ztp");
    client.open(&shop, text);
    let few = client.request("textDocument/completion", at(&shop, 2, 12));
    assert_eq!((&few["isIncomplete"], labels(&few).contains(&"n299/")), (&json!(true), false));
    assert!(labels(&few).contains(&"a") && labels(&few).contains(&"world"), "{:?}", labels(&few));
    let more = client.request("textDocument/completion", at(&shop, 2, 15));
    assert!(labels(&more).contains(&"n29/") && labels(&more).contains(&"n299/"), "{:?}", labels(&more));
}

#[test]
fn formatting_keeps_the_ends_of_lines() {
    let text = SHOP.replace("workload backend", "workload   backend").replace('\n', "\r\n");
    let (_folder, mut client, shop) = opened(&text, &json!({}));
    let mut params = document(&shop);
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    let edits = client.request("textDocument/formatting", params);
    assert_eq!(after_edits(&edits, &text), SHOP.replace('\n', "\r\n"));
}

/// What a client can do that refuses edits of another version.
fn versioned() -> Value {
    json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } })
}

#[test]
fn edits_say_of_which_version_they_are() {
    let text = SHOP.replace("reach backend", "reach bakend");
    let (folder, mut client, shop) = opened(&text, &versioned());
    client.change(&shop, 7, &text);
    let found = actions(&mut client, &shop, 4, &json!(["quickfix"]));
    let edit = &found[0]["edit"];
    assert!(edit.get("changes").is_none(), "{edit}");
    assert_eq!(edit["documentChanges"][0]["textDocument"], json!({ "uri": shop, "version": 7 }));
    assert_eq!(after_edits(&edit["documentChanges"][0]["edits"], &text), SHOP);

    let mut params = at(&shop, 5, 29);
    params["newName"] = json!("server");
    let renamed = client.request("textDocument/rename", params);
    let versions: Vec<(&Value, &Value)> = items(&renamed["documentChanges"])
        .iter()
        .map(|change| (&change["textDocument"]["uri"], &change["textDocument"]["version"]))
        .collect();
    let payments = json!(folder.uri("payments.ztp"));
    // A file that is not open is what the disk has.
    assert_eq!(versions, [(&payments, &Value::Null), (&json!(shop), &json!(7))], "{renamed}");
}

/// The text of a file after the edits that an action has for it.
fn after(action: &Value, uri: &str, text: &str) -> String {
    after_edits(&action["edit"]["changes"][uri], text)
}

fn after_edits(edits: &Value, text: &str) -> String {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).chain([text.len()]).collect();
    let place = |at: &Value| {
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        starts[line] + usize::try_from(at["character"].as_u64().unwrap()).unwrap()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (place(&edit["range"]["start"]), place(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

fn actions(client: &mut Client, uri: &str, line: u32, only: &Value) -> Value {
    let mut params = lines(uri, line, line);
    params["range"]["end"]["character"] = json!(100);
    params["context"] = json!({ "diagnostics": [] });
    if !only.is_null() {
        params["context"]["only"] = only.clone();
    }
    client.request("textDocument/codeAction", params)
}

#[test]
fn actions_mend_what_is_found() {
    let text = SHOP.replace("reach backend", "reach bakend");
    let (_folder, mut client, shop) = opened(&text, &json!({}));
    let found = actions(&mut client, &shop, 4, &Value::Null);
    let first = &found[0];
    assert_eq!(first["title"], "change to `backend`");
    assert_eq!(first["kind"], "quickfix");
    assert_eq!(first["diagnostics"][0]["code"], "E0203");
    assert_eq!(after(first, &shop, &text), SHOP);
    assert_eq!(actions(&mut client, &shop, 2, &json!(["quickfix"])), json!([]));
    // A name is a guess, and guesses are nobody's but the user's.
    assert_eq!(actions(&mut client, &shop, 4, &json!(["source.fixAll"])), json!([]));
}

/// The action of this title.
fn titled<'a>(actions: &'a Value, title: &str) -> &'a Value {
    let mut all = actions.as_array().unwrap().iter();
    all.find(|action| action["title"] == title).unwrap_or_else(|| panic!("no {title} in {actions:#}"))
}

#[test]
fn actions_write_what_is_missing() {
    let text = format!("{SHOP}checkout may reach cart:6379\ncheckout may reach backend:9090\n");
    let (folder, mut client, shop) = opened(&text, &json!({}));
    let found = actions(&mut client, &shop, 6, &json!(["quickfix"]));
    let declared = after(titled(&found, "declare `workload cart`"), &shop, &text);
    assert_eq!(declared, text.replace("serves http 8080\n", "serves http 8080\nworkload cart\n"));
    let found = actions(&mut client, &shop, 7, &json!(["quickfix"]));
    let served = after(titled(&found, "let `backend` serve `tcp-9090 9090`, too"), &shop, &text);
    assert_eq!(served, text.replace("http 8080", "http 8080, tcp-9090 9090"));

    // Consent is written in the file of those who give it.
    client.change(&shop, 2, &SHOP.replace("payments/api:443", "payments/api:8443"));
    let found = actions(&mut client, &shop, 5, &json!(["quickfix"]));
    let action = titled(&found, "add the `expose` to a file of `payments`");
    let exposed = after(action, &folder.uri("payments.ztp"), PAYMENTS);
    assert_eq!(exposed, format!("{PAYMENTS}expose api:8443 to shop/checkout\n"));
    assert!(action["edit"]["changes"][&shop].is_null(), "{action}");
}

#[test]
fn one_action_mends_all_that_is_certain() {
    let text = format!(
        "{SHOP}checkout may reach backend:http\naccept H0701 because \"none\"\ncheckout may ping backend:http\n"
    );
    let (_folder, mut client, shop) = opened(&text, &json!({}));
    let found = actions(&mut client, &shop, 8, &json!(["source.fixAll"]));
    assert_eq!(found[0]["kind"], "source.fixAll.ztp");
    assert_eq!(after(&found[0], &shop, &text), text.replace("ping backend:http", "ping backend"));

    // What is covered by others is nothing wrong: it goes only when it is chosen.
    let again = format!("{SHOP}checkout may reach backend:http\n");
    client.change(&shop, 2, &again);
    let found = actions(&mut client, &shop, 6, &Value::Null);
    assert_eq!(after(titled(&found, "remove the sentence"), &shop, &again), SHOP);
    assert!(items(&found).iter().all(|action| action["kind"] != "source.fixAll.ztp"), "{found}");

    let text = text.replace("ping backend:http", "ping backend");
    client.change(&shop, 3, &text);
    let found = actions(&mut client, &shop, 8, &json!(["source"]));
    let mended = after(&found[0], &shop, &text);
    assert_eq!(mended, format!("{again}checkout may ping backend\n"));
}

#[test]
fn a_lost_header_comes_back() {
    let text = "workload checkout\n";
    let (_folder, mut client, shop) = opened(text, &json!({}));
    let found = actions(&mut client, &shop, 0, &json!(["quickfix"]));
    assert_eq!(
        after(titled(&found, "begin with `namespace shop`"), &shop, text),
        "namespace shop\n\nworkload checkout\n"
    );
}

#[test]
fn a_sentence_is_split() {
    let text = SHOP.replace("payments/api:443", "payments/api:443, backend:http");
    let (_folder, mut client, shop) = opened(&text, &json!({}));
    let mut params = lines(&shop, 5, 5);
    params["range"] = json!({ "start": { "line": 5, "character": 25 }, "end": { "line": 5, "character": 25 } });
    params["context"] = json!({ "diagnostics": [], "only": ["refactor"] });
    let found = client.request("textDocument/codeAction", params);
    assert_eq!(after(&found[0], &shop, &text), format!("{SHOP}checkout may reach backend:http\n"));

    // Where it mends something it is a fix.
    let text = format!("{SHOP}checkout may reach api.example.com:443, 203.0.113.0/24:443 except 203.0.113.128/25\n");
    client.change(&shop, 2, &text);
    let found = actions(&mut client, &shop, 6, &json!(["quickfix"]));
    let split =
        "checkout may reach api.example.com:443\ncheckout may reach 203.0.113.0/24:443 except 203.0.113.128/25\n";
    assert_eq!(after(&found[0], &shop, &text), format!("{SHOP}{split}"));
    assert_eq!(found[0]["diagnostics"][0]["code"], "E0502");
}

#[test]
fn formatting_touches_only_lines_that_differ() {
    let text =
        SHOP.replace("workload backend", "workload   backend").replace("may reach payments", "may  reach payments");
    let (_folder, mut client, shop) = opened(&text, &json!({}));
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let mut params = document(&shop);
    params["options"] = options.clone();
    let edits = client.request("textDocument/formatting", params.clone());
    assert_eq!(edits.as_array().unwrap().len(), 2, "{edits}");
    assert_eq!(after_edits(&edits, &text), SHOP);

    let mut few = lines(&shop, 3, 4);
    few["options"] = options;
    let edits = client.request("textDocument/rangeFormatting", few);
    assert_eq!(edits.as_array().unwrap().len(), 1, "{edits}");
    assert_eq!(edits[0]["range"]["start"]["line"], 3);

    client.change(&shop, 2, &format!("{text}no sentence at all\n"));
    assert_eq!(client.request("textDocument/formatting", params), Value::Null);
}

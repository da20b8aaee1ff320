//! Ways through a project, through the real server: definitions, references, renames, outlines, folds, selections, links,
//! tokens, and who may reach whom. What the answers are is tested beside the library; here, that they arrive.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may panic")]

mod support;

use serde_json::{Value, json};
use support::client::Client;
use support::folder::Folder;

const CLUSTER: &str = "platform
project test
cluster prod {
  enforcer cilium 1.18
}
namespace shop in shop/
external docs = docs.example.com:443
monitoring/prometheus may always reach shop/backend:metrics
accept H0301 because \"later\"
";
const SHOP: &str = "namespace shop
# Größe 𝔘: what
# sells
workload checkout
workload backend {
  app: backend
} serves http 8080, metrics 9090
checkout may reach backend:http because \"Größe 𝔘\"; checkout may reach docs
checkout may use backend:http {
  GET /a
}
";
const MORE: &str = "namespace shop
checkout may reach backend:9090
";
const BANK: &str = "namespace bank
workload ledger
ledger may reach world
";

/// A project that is served, with its files' names.
struct Served {
    client: Client,
    folder: Folder,
}

impl Served {
    fn start() -> Self {
        let files =
            [("cluster.ztp", CLUSTER), ("shop/shop.ztp", SHOP), ("shop/more.ztp", MORE), ("bank/bank.ztp", BANK)];
        let folder = Folder::with(&files);
        let client = Client::on(&folder.uri(""), &json!({}));
        Self { client, folder }
    }

    fn document(&self, file: &str) -> Value {
        json!({ "uri": self.folder.uri(file) })
    }

    /// Asks at the first place of a text in a file, behind its first letter.
    fn at(&mut self, method: &str, file: &str, text: &str, needle: &str, more: Value) -> Value {
        let params = self.params(file, text, needle, more);
        self.client.request(method, params)
    }

    fn params(&self, file: &str, text: &str, needle: &str, more: Value) -> Value {
        let mut params = more;
        params["textDocument"] = self.document(file);
        params["position"] = position(text, text.find(needle).unwrap() + 1);
        params
    }

    /// What places stand for: `shop/shop.ztp:3:9`, from 0.
    fn places(&self, found: &Value) -> Vec<String> {
        found.as_array().unwrap().iter().map(|found| self.place(&found["uri"], &found["range"])).collect()
    }

    fn place(&self, uri: &Value, range: &Value) -> String {
        let root = self.folder.uri("");
        let path = uri.as_str().unwrap().strip_prefix(&root).unwrap();
        format!("{path}:{}:{}", range["start"]["line"], range["start"]["character"])
    }
}

/// A place as the protocol counts it.
fn position(text: &str, offset: usize) -> Value {
    let before = text.get(..offset).unwrap();
    let line = before.rsplit('\n').next().unwrap();
    json!({ "line": before.matches('\n').count(), "character": line.encode_utf16().count() })
}

#[test]
fn definitions_are_found_in_other_files() {
    let mut served = Served::start();
    let method = "textDocument/definition";
    let found = served.at(method, "shop/shop.ztp", SHOP, "docs", json!({}));
    assert_eq!(served.places(&found), ["cluster.ztp:6:9"]);
    let found = served.at(method, "cluster.ztp", CLUSTER, "metrics", json!({}));
    assert_eq!(served.places(&found), ["shop/shop.ztp:6:20"]);
    let found = served.at(method, "cluster.ztp", CLUSTER, "shop/backend", json!({}));
    assert_eq!(served.places(&found), ["shop/more.ztp:0:10", "shop/shop.ztp:0:10", "cluster.ztp:5:10"]);
    assert_eq!(served.at(method, "bank/bank.ztp", BANK, "world", json!({})), Value::Null);

    // The text that counts is the client's.
    served
        .client
        .open(&served.folder.uri("shop/more.ztp"), "namespace shop\ngroup all = checkout\nall may reach docs\n");
    let found = served.at(method, "shop/more.ztp", "namespace shop\n\nall", "all", json!({}));
    assert_eq!(served.places(&found), ["shop/more.ztp:1:6"]);
}

#[test]
fn references_come_with_the_declaration_or_without() {
    let mut served = Served::start();
    let mut ask = |declared: bool| {
        let more = json!({ "context": { "includeDeclaration": declared } });
        let found = served.at("textDocument/references", "shop/more.ztp", MORE, "checkout", more);
        served.places(&found)
    };
    let all = ask(true);
    assert_eq!(
        all,
        ["shop/more.ztp:1:0", "shop/shop.ztp:3:9", "shop/shop.ztp:7:0", "shop/shop.ztp:7:52", "shop/shop.ztp:8:0"]
    );
    assert_eq!(ask(false), all.iter().filter(|place| *place != "shop/shop.ztp:3:9").cloned().collect::<Vec<_>>());
}

#[test]
fn the_same_is_highlighted() {
    let mut served = Served::start();
    let found = served.at("textDocument/documentHighlight", "shop/shop.ztp", SHOP, "http 8080", json!({}));
    let kinds: Vec<(i64, i64)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["range"]["start"]["line"].as_i64().unwrap(), found["kind"].as_i64().unwrap()))
        .collect();
    assert_eq!(kinds, [(6, 3), (7, 2), (8, 2)], "{found}");
}

#[test]
fn renames_reach_every_file_or_are_refused() {
    let mut served = Served::start();
    let prepared = served.at("textDocument/prepareRename", "shop/shop.ztp", SHOP, "checkout may reach docs", json!({}));
    assert_eq!(prepared["placeholder"], "checkout");
    assert_eq!(prepared["range"]["start"], json!({ "line": 7, "character": 52 }), "UTF-16 units are counted");

    let edit = served.at("textDocument/rename", "shop/more.ztp", MORE, "checkout", json!({ "newName": "till" }));
    let (shop, more) = (served.folder.uri("shop/shop.ztp"), served.folder.uri("shop/more.ztp"));
    let of = |uri: &str| -> Vec<&str> {
        edit["changes"][uri].as_array().unwrap().iter().map(|edit| edit["newText"].as_str().unwrap()).collect()
    };
    assert_eq!(of(&more), ["till"]);
    // It was the pods that are labelled so, and goes on to be.
    assert_eq!(of(&shop), ["till { app: checkout }", "till", "till", "till"]);
    assert_eq!(edit["changes"].as_object().unwrap().len(), 2);

    let mut refused = |method: &str, file: &str, text: &str, needle: &str, more: Value| {
        let params = served.params(file, text, needle, more);
        let id = served.client.ask(method, params);
        let answer = served.client.answer(id);
        assert_eq!(answer["error"]["code"], -32803, "{answer}");
        answer["error"]["message"].as_str().unwrap().to_owned()
    };
    let why = refused("textDocument/rename", "shop/more.ztp", MORE, "checkout", json!({ "newName": "backend" }));
    assert!(why.contains("`backend` is declared already, at shop/shop.ztp:5"), "{why}");
    let why = refused("textDocument/rename", "shop/more.ztp", MORE, "checkout", json!({ "newName": "no name" }));
    assert!(why.contains("cannot be a name"), "{why}");
    let why = refused("textDocument/prepareRename", "shop/more.ztp", MORE, "shop", json!({}));
    assert!(why.contains("keeps its name"), "{why}");
    let nothing = served.at("textDocument/prepareRename", "shop/more.ztp", MORE, "may", json!({}));
    assert_eq!(nothing, Value::Null);
}

#[test]
fn a_file_has_an_outline() {
    let mut served = Served::start();
    let params = json!({ "textDocument": served.document("shop/shop.ztp") });
    let outline = served.client.request("textDocument/documentSymbol", params);
    let section = &outline[0];
    assert_eq!((&section["name"], &section["kind"]), (&json!("shop"), &json!(3)), "{outline}");
    let names: Vec<&str> =
        section["children"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "checkout",
            "backend",
            "checkout may reach backend:http",
            "checkout may reach docs",
            "checkout may use backend:http"
        ]
    );
    assert_eq!(section["children"][1]["selectionRange"]["start"], json!({ "line": 4, "character": 9 }));
    assert_eq!(section["children"][1]["children"][0]["name"], "http 8080");
    assert_eq!(section["children"][4]["children"][0]["name"], "GET /a");
}

#[test]
fn a_project_is_searched_by_name() {
    let mut served = Served::start();
    let found = served.client.request("workspace/symbol", json!({ "query": "cko" }));
    assert_eq!(found[0]["name"], "checkout", "{found}");
    assert_eq!(found[0]["containerName"], "shop");
    assert_eq!(served.place(&found[0]["location"]["uri"], &found[0]["location"]["range"]), "shop/shop.ztp:3:9");
    let all = served.client.request("workspace/symbol", json!({ "query": "" }));
    assert!(all.as_array().unwrap().len() > 6, "{all}");
    assert_eq!(served.client.request("workspace/symbol", json!({ "query": "qqq" })), json!([]));
}

#[test]
fn blocks_and_comments_fold() {
    let mut served = Served::start();
    let params = json!({ "textDocument": served.document("shop/shop.ztp") });
    let found = served.client.request("textDocument/foldingRange", params);
    let folds: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| format!("{}-{} {}", fold["startLine"], fold["endLine"], fold["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(folds, ["0-10 region", "1-2 comment", "4-5 region", "8-9 region"]);
}

#[test]
fn selections_grow() {
    let mut served = Served::start();
    let places: Vec<Value> =
        ["http because", "GET /a"].iter().map(|needle| position(SHOP, SHOP.find(needle).unwrap() + 1)).collect();
    let params = json!({ "textDocument": served.document("shop/shop.ztp"), "positions": places });
    let found = served.client.request("textDocument/selectionRange", params);
    assert_eq!(found.as_array().unwrap().len(), 2);
    let mut widths = Vec::new();
    let mut at = &found[0];
    while !at.is_null() {
        let range = &at["range"];
        widths.push((range["start"].clone(), range["end"].clone()));
        at = &at["parent"];
    }
    let line = |character: u32| json!({ "line": 7, "character": character });
    // The name, the port, the peer, the action, the sentence, the section, the file.
    assert_eq!(widths[0], (line(27), line(31)), "{widths:?}");
    assert_eq!(widths[2], (line(19), line(31)), "{widths:?}");
    assert!(widths.contains(&(line(0), line(50))), "{widths:?}");
    assert_eq!(widths.last().unwrap().0, json!({ "line": 0, "character": 0 }));
}

#[test]
fn codes_and_folders_are_links() {
    let mut served = Served::start();
    let params = json!({ "textDocument": served.document("cluster.ztp") });
    let found = served.client.request("textDocument/documentLink", params);
    let links = found.as_array().unwrap();
    assert_eq!(links.len(), 2, "{found}");
    assert_eq!(links[0]["target"], served.folder.uri("shop/more.ztp").as_str());
    let page = links[1]["target"].as_str().unwrap();
    assert!(page.ends_with("/H0301.md"), "{page}");
    assert_eq!(links[1]["range"]["start"], json!({ "line": 8, "character": 7 }));
    let path = page.strip_prefix("file://").unwrap();
    assert!(std::path::Path::new(path).is_file(), "{path} is not there");
}

/// Tokens with their texts, and their types and modifiers by name.
fn decoded(text: &str, legend: &Value, tokens: &Value) -> Vec<(String, String)> {
    let numbers: Vec<usize> =
        tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as usize).collect();
    let lines: Vec<Vec<u16>> = text.split('\n').map(|line| line.encode_utf16().collect()).collect();
    let (mut line, mut column) = (0, 0);
    let mut found = Vec::new();
    for token in numbers.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let word = String::from_utf16(&lines[line][column..column + token[2]]).unwrap();
        let mut kind = legend["tokenTypes"][token[3]].as_str().unwrap().to_owned();
        for (bit, modifier) in legend["tokenModifiers"].as_array().unwrap().iter().enumerate() {
            if token[4] & (1 << bit) != 0 {
                kind = format!("{kind} {}", modifier.as_str().unwrap());
            }
        }
        found.push((word, kind));
    }
    found
}

#[test]
fn words_have_colours_as_a_whole_and_in_part() {
    let folder = Folder::with(&[("shop.ztp", SHOP)]);
    let mut client = Client::start();
    let capabilities = json!({ "capabilities": {}, "processId": null, "rootUri": folder.uri("") });
    let can = client.request("initialize", capabilities);
    let legend = can["capabilities"]["semanticTokensProvider"]["legend"].clone();
    client.notify("initialized", json!({}));
    let document = json!({ "uri": folder.uri("shop.ztp") });
    let full = client.request("textDocument/semanticTokens/full", json!({ "textDocument": document }));
    let full = decoded(SHOP, &legend, &full);
    let kind = |word: &str| full.iter().find(|(found, _)| found == word).map(|(_, kind)| kind.as_str());
    assert_eq!(kind("# Größe 𝔘: what"), Some("comment"));
    assert_eq!(kind("checkout"), Some("class declaration"));
    assert_eq!(kind("\"Größe 𝔘\""), Some("string"));
    assert_eq!(kind("http"), Some("property declaration"));
    assert_eq!(kind("may"), Some("keyword"));
    assert_eq!(kind("GET"), Some("method"));
    assert_eq!(kind("docs"), Some("variable"));

    let range = json!({ "start": { "line": 7, "character": 0 }, "end": { "line": 8, "character": 0 } });
    let params = json!({ "textDocument": document, "range": range });
    let part = decoded(SHOP, &legend, &client.request("textDocument/semanticTokens/range", params));
    let line: Vec<&str> = part.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(
        line,
        ["checkout", "may", "reach", "backend", "http", "because", "\"Größe 𝔘\"", "checkout", "may", "reach", "docs"]
    );
}

#[test]
fn who_may_reach_whom_is_told() {
    let mut served = Served::start();
    let items = served.at("textDocument/prepareCallHierarchy", "shop/more.ztp", MORE, "backend", json!({}));
    let item = &items[0];
    assert_eq!((&item["name"], &item["kind"]), (&json!("shop/backend"), &json!(5)), "{items}");
    assert_eq!(served.place(&item["uri"], &item["selectionRange"]), "shop/shop.ztp:4:9");

    let incoming = served.client.request("callHierarchy/incomingCalls", json!({ "item": item }));
    let mut callers: Vec<String> = incoming
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            let place = served.place(&call["from"]["uri"], &call["from"]["selectionRange"]);
            let lines: Vec<String> =
                call["fromRanges"].as_array().unwrap().iter().map(|range| range["start"]["line"].to_string()).collect();
            format!("{} {place} lines {}", call["from"]["name"].as_str().unwrap(), lines.join(", "))
        })
        .collect();
    callers.sort();
    assert_eq!(
        callers,
        [
            "monitoring/prometheus cluster.ztp:7:11 lines 7",
            // A sentence in another file is shown where it stands.
            "shop/checkout shop/more.ztp:1:0 lines 1",
            "shop/checkout shop/shop.ztp:3:9 lines 7, 8",
        ]
    );
    // Both lead on, the one at the sentence by what its data tells.
    for call in incoming.as_array().unwrap().iter().filter(|call| call["from"]["name"] == "shop/checkout") {
        let outgoing = served.client.request("callHierarchy/outgoingCalls", json!({ "item": call["from"] }));
        let mut reached: Vec<&str> =
            outgoing.as_array().unwrap().iter().map(|call| call["to"]["name"].as_str().unwrap()).collect();
        reached.sort_unstable();
        reached.dedup();
        assert_eq!(reached, ["docs", "shop/backend"], "{outgoing}");
    }
    let nothing = served.at("textDocument/prepareCallHierarchy", "bank/bank.ztp", BANK, "world", json!({}));
    assert_eq!(nothing, Value::Null);
}

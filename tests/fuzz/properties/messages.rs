//! A text as a sequence of messages to the language server: it does not panic, answers every question once, ends on `exit`,
//! and finds in the end what a fresh server finds in the same texts.
//!
//! Each line is a message; what is none of these has to be JSON with a method and parameters.
//!
//! ```text
//! open 0 namespace shop\nworkload a         files have numbers; `\n` ends a line of a text
//! edit 1 2:5-2:9 backend                    at lines and columns, be they there or not
//! text 1 namespace shop                     the whole text
//! close 1
//! write 2 … / remove 2 / move 2 3           on the disk, and the server is told
//! ask textDocument/hover 1 3:7
//! cancel 2                                  the second question
//! bad 4                                     parameters that are none
//! {"id": 1, "method": "textDocument/hover", "params": {}}
//! ```

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// How many lines of an input count.
const MOST: usize = 48;

/// How long the server may take for anything.
const LIMIT: Duration = Duration::from_secs(8);

/// The files, in the editor's folder; the last two are outside of it.
const FILES: [&str; 6] =
    ["cluster.ztp", "shop/shop.ztp", "mobile/mobile.ztp", "shop/new.ztp", "untitled:one", "/nowhere/other.ztp"];

/// What the first of them have on the disk: the example `shop`.
const TEXTS: [&str; 3] = [
    include_str!("../../../examples/shop/cluster.ztp"),
    include_str!("../../../examples/shop/shop/shop.ztp"),
    include_str!("../../../examples/shop/mobile/mobile.ztp"),
];

/// Notifications that no server may take for anything, and what else is none.
const BAD: [(&str, &str); 10] = [
    (
        "textDocument/didChange",
        r#"{"textDocument":{"uri":"FILE","version":9},"contentChanges":[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":"x"}]}"#,
    ),
    ("textDocument/didChange", r#"{"textDocument":{"uri":"FILE","version":"9"},"contentChanges":[{"text":"x"}]}"#),
    ("textDocument/didChange", r#"{"textDocument":{"uri":"FILE","version":9},"contentChanges":{"text":"x"}}"#),
    ("textDocument/didOpen", r#"{"textDocument":{"uri":"FILE","languageId":"ztp","version":1}}"#),
    ("textDocument/didOpen", r#"{"textDocument":{"uri":7,"languageId":"ztp","version":1,"text":""}}"#),
    ("textDocument/didClose", "null"),
    ("workspace/didChangeWatchedFiles", r#"{"changes":[{"uri":"FILE"}]}"#),
    ("$/unknown", "{}"),
    ("$/cancelRequest", r#"{"id":{}}"#),
    ("textDocument/didSave", r#"{"textDocument":{"uri":"FILE"}}"#),
];

/// What changes the state in ways that only `open` and its like keep a record of.
const KEPT: [&str; 6] = ["initialize", "initialized", "shutdown", "exit", "textDocument/did", "workspace/did"];

pub fn check(input: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
    runtime.block_on(async {
        let mut client = Model::new(Folder::new());
        let mut session = Session::start(&client.folder).await;
        for line in input.lines().take(MOST) {
            client.say(line, &mut session).await;
        }
        let known = client.findings(&mut session).await;
        session.end().await;
        let mut fresh = Session::start(&client.folder).await;
        for (file, text) in client.open.clone() {
            fresh.open(&client.folder, file, &text).await;
        }
        let found = client.findings(&mut fresh).await;
        fresh.end().await;
        for (file, found) in &found {
            assert_eq!(known.get(file), Some(found), "what is found in {} depends on how it came about", FILES[*file]);
        }
    });
    runtime.shutdown_background();
}

/// A folder with the files that are on the disk, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Self(std::env::temp_dir().join(format!("ztp-messages-{}-{count}", std::process::id())));
        for (name, text) in FILES.iter().zip(TEXTS) {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn uri(&self, file: usize) -> String {
        match FILES[file] {
            name if name.starts_with("untitled:") => name.to_owned(),
            name => format!("file://{}", self.0.join(name).display()),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the client and the disk have.
struct Model {
    folder: Folder,
    disk: BTreeMap<usize, String>,
    open: BTreeMap<usize, String>,
    versions: i64,
}

impl Model {
    fn new(folder: Folder) -> Self {
        let disk = (0..).zip(TEXTS.map(str::to_owned)).collect();
        Self { folder, disk, open: BTreeMap::new(), versions: 1 }
    }

    async fn say(&mut self, line: &str, session: &mut Session) {
        let mut words = line.splitn(3, ' ');
        let (verb, file, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
        let number = file.parse::<usize>();
        let index = number.clone().unwrap_or_default() % FILES.len();
        let text = || rest.replace("\\n", "\n").replace("\\r", "\r");
        match (verb, number) {
            ("open", Ok(_)) => {
                session.open(&self.folder, index, &text()).await;
                self.open.insert(index, text());
            }
            ("edit", Ok(_)) => {
                let (range, new) = rest.split_once(' ').unwrap_or((rest, ""));
                let new = new.replace("\\n", "\n").replace("\\r", "\r");
                let (start, end) = range.split_once('-').unwrap_or((range, range));
                self.change(session, index, Some((place(start), place(end))), &new).await;
            }
            ("text", Ok(_)) => self.change(session, index, None, &text()).await,
            ("close", Ok(_)) => {
                session
                    .notify("textDocument/didClose", json!({ "textDocument": { "uri": self.folder.uri(index) } }))
                    .await;
                self.open.remove(&index);
            }
            ("write", Ok(_)) if index < 4 => self.write(session, index, &text()).await,
            ("remove", Ok(_)) if index < 4 => self.remove(session, index).await,
            ("move", Ok(_)) if index < 4 => {
                let to = rest.parse::<usize>().unwrap_or_default() % 4;
                if let Some(text) = self.disk.get(&index).cloned() {
                    self.remove(session, index).await;
                    self.write(session, to, &text).await;
                }
            }
            ("ask", _) => {
                let mut words = rest.splitn(2, ' ');
                let index = words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or_default() % FILES.len();
                let (start, end) = words.next().unwrap_or("").split_once('-').unwrap_or_default();
                let params = self.params(index, place(start), place(end));
                session.ask(file, params).await;
            }
            ("cancel", Ok(number)) => session.notify("$/cancelRequest", json!({ "id": number })).await,
            ("bad", Ok(number)) => {
                let (method, params) = BAD[number % BAD.len()];
                let params = params.replace("FILE", &self.folder.uri(number / BAD.len() % FILES.len()));
                session.send(&format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#)).await;
            }
            _ => self.raw(session, line).await,
        }
    }

    /// A question or notification of any name with any parameters. What is no message ends a server, since where the next one
    /// begins is anybody's guess (`lsp/tests/life.rs`), so it is not sent.
    async fn raw(&self, session: &mut Session, line: &str) {
        let Ok(mut value) = serde_json::from_str::<Value>(line) else { return };
        let params = value.get_mut("params").map(Value::take).filter(|params| params.is_object() || params.is_array());
        let Some(method) = value.get("method").and_then(Value::as_str) else { return };
        // Kept out: what ends the server, or changes its state.
        if KEPT.iter().any(|kept| method.starts_with(kept)) {
            return;
        }
        match value.get("id") {
            Some(_) => drop(session.ask(method, params.unwrap_or_default()).await),
            None => session.notify(method, params.unwrap_or_else(|| json!({}))).await,
        }
    }

    /// All that some question may want to know.
    fn params(&self, file: usize, start: Value, end: Value) -> Value {
        let uri = self.folder.uri(file);
        json!({
            "textDocument": { "uri": uri },
            "position": start,
            "positions": [start, end],
            "range": { "start": start, "end": end },
            "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1 },
            "options": { "tabSize": 2, "insertSpaces": true },
            "newName": "other",
            "query": "a",
            "previousResultIds": [],
            "item": { "name": "a", "kind": 1, "uri": uri, "range": { "start": start, "end": end }, "selectionRange": { "start": start, "end": end } },
        })
    }

    async fn change(&mut self, session: &mut Session, file: usize, range: Option<(Value, Value)>, new: &str) {
        self.versions += 1;
        let document = json!({ "uri": self.folder.uri(file), "version": self.versions % 5 });
        let change = match &range {
            Some((start, end)) => json!({ "range": { "start": start, "end": end }, "text": new }),
            None => json!({ "text": new }),
        };
        session.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] })).await;
        // Nobody changes what is not open.
        let Some(mut text) = self.open.get(&file).cloned() else { return };
        match range {
            Some((start, end)) => {
                let start = offset(&text, &start);
                let end = offset(&text, &end).max(start);
                text.replace_range(start..end, new);
            }
            None => new.clone_into(&mut text),
        }
        self.open.insert(file, text);
    }

    async fn write(&mut self, session: &mut Session, file: usize, text: &str) {
        let kind = if self.disk.contains_key(&file) { 2 } else { 1 };
        self.folder.write(FILES[file], text);
        self.disk.insert(file, text.to_owned());
        session
            .notify(
                "workspace/didChangeWatchedFiles",
                json!({ "changes": [{ "uri": self.folder.uri(file), "type": kind }] }),
            )
            .await;
        // The server reads the disk when it gets to the message, and it may be something else by then.
        session.settle().await;
    }

    async fn remove(&mut self, session: &mut Session, file: usize) {
        if self.disk.remove(&file).is_some() {
            fs::remove_file(self.folder.0.join(FILES[file])).expect("it is there");
            session
                .notify(
                    "workspace/didChangeWatchedFiles",
                    json!({ "changes": [{ "uri": self.folder.uri(file), "type": 3 }] }),
                )
                .await;
            session.settle().await;
        }
    }

    /// What is found in every file that there is.
    async fn findings(&self, session: &mut Session) -> BTreeMap<usize, Value> {
        session.settle().await;
        let mut found = BTreeMap::new();
        for file in 0..FILES.len() {
            if self.disk.contains_key(&file) || self.open.contains_key(&file) {
                let params = json!({ "textDocument": { "uri": self.folder.uri(file) } });
                let id = session.ask("textDocument/diagnostic", params).await;
                found.insert(file, session.answer(id).await["result"].take());
            }
        }
        found
    }
}

/// A line and a column, counted from 0: `3:7`.
fn place(text: &str) -> Value {
    let (line, column) = text.split_once(':').unwrap_or_default();
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    json!({ "line": number(line), "character": number(column) })
}

/// The byte offset of a place, counted the slow way: what lies behind the end of a line or of the text is that end.
fn offset(text: &str, place: &Value) -> usize {
    let number = |key: &str| place[key].as_u64().unwrap_or_default();
    let (mut line, mut column) = (0, 0);
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = character == '\n' || character == '\r';
        let width = character.len_utf16() as u64;
        if line == number("line") && (ends || column + width > number("character")) {
            return at;
        }
        column += width;
        let half = character == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n');
        if ends && !half {
            (line, column) = (line + 1, 0);
        }
    }
    text.len()
}

/// A server in this process, and what it has said.
struct Session {
    input: DuplexStream,
    output: UnboundedReceiver<Value>,
    server: JoinHandle<bool>,
    asked: i64,
    answers: BTreeMap<i64, Vec<Value>>,
}

impl Session {
    async fn start(folder: &Folder) -> Self {
        let (input, served) = tokio::io::duplex(1 << 20);
        let (said, output) = tokio::io::duplex(1 << 20);
        let server = tokio::spawn(ztp_lsp::serve_on(served, said, Duration::ZERO));
        let (sender, receiver) = unbounded_channel();
        tokio::spawn(async move {
            let mut reader = BufReader::new(output);
            while let Some(message) = read(&mut reader).await {
                let _ = sender.send(message);
            }
        });
        let mut session = Self { input, output: receiver, server, asked: 0, answers: BTreeMap::new() };
        let root = format!("file://{}", folder.0.display());
        let params = json!({ "processId": null, "rootUri": root, "capabilities": { "textDocument": { "diagnostic": {} }, "workspace": { "diagnostics": { "refreshSupport": true } } }, "initializationOptions": { "today": "2026-11-20" } });
        let id = session.ask("initialize", params).await;
        session.answer(id).await;
        session.notify("initialized", json!({})).await;
        session
    }

    async fn send(&mut self, body: &str) {
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(message.as_bytes()).await.expect("the server reads");
    }

    async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string()).await;
    }

    async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.asked += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message.to_string()).await;
        self.asked
    }

    async fn open(&mut self, folder: &Folder, file: usize, text: &str) {
        let document = json!({ "uri": folder.uri(file), "languageId": "ztp", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Waits for the answer to a question.
    async fn answer(&mut self, id: i64) -> Value {
        loop {
            if let Some(answer) = self.answers.get(&id).and_then(|answers| answers.first()) {
                return answer.clone();
            }
            let message = tokio::time::timeout(LIMIT, self.output.recv()).await;
            let message = message.expect("question is not answered in time").expect("the server has ended");
            self.take(message).await;
        }
    }

    async fn take(&mut self, message: Value) {
        match (message.get("method"), message.get("id").and_then(Value::as_i64)) {
            (Some(_), Some(id)) => self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }).to_string()).await,
            (None, Some(id)) => {
                assert_ne!(message["error"]["code"], -32603, "a thread of the server has panicked: {message}");
                self.answers.entry(id).or_default().push(message);
            }
            // Notifications, and what it says of messages that are none.
            _ => {}
        }
    }

    /// Waits until nothing is left to be checked.
    async fn settle(&mut self) {
        let end = Instant::now() + LIMIT;
        loop {
            let id = self.ask("ztp/status", Value::Null).await;
            if self.answer(id).await["result"]["settled"] == true {
                return;
            }
            assert!(Instant::now() < end, "it never settles");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    /// Ends the server as a client should, and looks at the answers.
    async fn end(mut self) {
        for id in 1..=self.asked {
            self.answer(id).await;
        }
        let id = self.ask("shutdown", Value::Null).await;
        self.answer(id).await;
        self.notify("exit", Value::Null).await;
        let ended = tokio::time::timeout(LIMIT, &mut self.server).await;
        assert!(ended.expect("the server does not end").expect("the server panicked"), "it was told to end");
        while let Ok(message) = self.output.try_recv() {
            self.take(message).await;
        }
        for (id, answers) in &self.answers {
            assert_eq!(answers.len(), 1, "question {id} has several answers: {answers:?}");
        }
    }
}

/// The next message; `None` at the end.
async fn read(reader: &mut BufReader<DuplexStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

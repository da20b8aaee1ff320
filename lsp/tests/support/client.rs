//! The client.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A server with what it has said so far.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    next: i64,
    /// The last findings of each file, by URI.
    pub found: std::collections::BTreeMap<String, Value>,
    /// Every notification that is no finding, in order.
    pub said: Vec<Value>,
    /// Answers that nobody has taken yet.
    answers: Vec<Value>,
}

impl Client {
    /// Starts a server, with nothing said yet.
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ztp-lsp"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let (sender, output) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, output, next: 0, found: Default::default(), said: Vec::new(), answers: Vec::new() }
    }

    /// Starts a server on a folder, with what a client can do.
    pub fn on(folder: &str, capabilities: &Value) -> Self {
        Self::with(json!({ "capabilities": capabilities, "workspaceFolders": [{ "uri": folder, "name": "test" }] }))
    }

    /// Starts a server with these parameters of `initialize`.
    pub fn with(mut params: Value) -> Self {
        params["processId"] = Value::Null;
        if params.get("rootUri").is_none() {
            params["rootUri"] = Value::Null;
        }
        let mut client = Self::start();
        client.request("initialize", params);
        client.notify("initialized", json!({}));
        client
    }

    /// The id of the server's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and does not wait for the answer. Returns the question's id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.next, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.next
    }

    /// Waits for the answer to a question: a result or an error.
    pub fn answer(&mut self, id: i64) -> Value {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                return self.answers.swap_remove(at);
            }
            assert!(self.step(end), "no answer to question {id}");
        }
    }

    /// Asks and waits for the result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let mut answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Takes the next message in. Whether there was one before the end.
    pub fn step(&mut self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        match self.output.recv_timeout(left) {
            Ok(message) => {
                self.take(message);
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => panic!("the server has ended: {:?}", self.child.wait()),
        }
    }

    fn take(&mut self, message: Value) {
        match (message.get("method").and_then(Value::as_str), message.get("id")) {
            (Some("textDocument/publishDiagnostics"), None) => {
                let params = &message["params"];
                self.found.insert(params["uri"].as_str().unwrap().to_owned(), params.clone());
            }
            (Some(_), Some(id)) => {
                let id = id.clone();
                self.said.push(message);
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
            }
            (Some(_), None) => self.said.push(message),
            (None, _) => self.answers.push(message),
        }
    }

    /// Opens a file.
    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "ztp", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the whole text of an open file.
    pub fn change(&mut self, uri: &str, version: i64, text: &str) {
        let changes = json!([{ "text": text }]);
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Waits until a version of a file was checked, and returns the findings.
    pub fn found_of(&mut self, uri: &str, version: i64) -> Value {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(found) = self.found.get(uri).filter(|found| found["version"] == version) {
                return found["diagnostics"].clone();
            }
            assert!(self.step(end), "no findings of version {version} of {uri}");
        }
    }

    /// Waits until nothing is left to be checked, and all that was found has come.
    pub fn settle(&mut self) -> Value {
        let end = Instant::now() + LIMIT;
        loop {
            let status = self.request("ztp/status", Value::Null);
            if status["settled"] == true {
                // What was found may come right behind the answer.
                while self.step(Instant::now() + Duration::from_millis(20)) {}
                return status;
            }
            assert!(Instant::now() < end, "it never settles: {status}");
            self.step(Instant::now() + Duration::from_millis(5));
        }
    }

    /// Ends the server as a client should, and says how it ended.
    pub fn end(mut self) -> ExitStatus {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Waits until the server's process ends, with its input still open.
    pub fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the server does not end");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Closes the server's input.
    pub fn close(&mut self) {
        self.input = None;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next message; `None` at the end.
fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

//! Checks while somebody types, on threads of their own.
//!
//! One thread checks around each changed file at once. Another checks everything once nobody has typed for a moment, and
//! is ended by the next change, unless it is the first one. What is found goes to the client in the order in which it was found.

use crate::diagnostics::shown;
use crate::project::Project;
use crate::protocol::{Diagnostic as Shown, Uri};
use crate::snapshot::Snapshot;
use crate::state::State;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use ztp::diagnostic::Diagnostic;
use ztp::ide::Checked;
use ztp::source::FileId;

/// What goes to the client on the server's own account.
#[derive(Debug)]
pub enum Message {
    /// What was found in a file.
    Found(Found),
    /// A round of findings ends here.
    Sent,
    /// Everything was checked: what the client has asked for may have changed.
    Settled,
}

/// The findings of a file.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub uri: Uri,
    /// The findings.
    pub items: Vec<Shown>,
    /// Of which version of the file, where the client has it open.
    pub version: Option<i32>,
    /// Grows with what was known: of two messages about a file the one with the greater number is right.
    pub order: u64,
}

/// The state, and the threads that work on it.
#[derive(Debug)]
pub struct Work {
    state: Mutex<State>,
    changed: Condvar,
    client: UnboundedSender<Message>,
    /// How many rounds of findings are on their way to the client.
    unsent: AtomicUsize,
    /// How long nobody types before everything is checked again.
    pause: Duration,
    /// Whether the threads are to end.
    ended: AtomicBool,
}

/// Files that are to be checked around, and some of which only what is known is to be sent again.
struct Changes {
    name: PathBuf,
    snapshot: Snapshot,
    known: BTreeSet<FileId>,
    dirty: BTreeSet<FileId>,
}

/// A check of everything that is to be made.
struct Next {
    name: PathBuf,
    snapshot: Snapshot,
    stop: Arc<AtomicBool>,
    /// Whether somebody waits for it.
    urgent: bool,
}

impl Work {
    /// Begins to work; `client` takes what is found.
    pub fn begin(client: UnboundedSender<Message>, pause: Duration) -> Arc<Self> {
        let work = Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            client,
            unsent: AtomicUsize::new(0),
            pause,
            ended: AtomicBool::new(false),
        });
        for run in [Self::check_around_changes as fn(&Self), Self::check_everything] {
            let work = Arc::clone(&work);
            thread::spawn(move || run(&work));
        }
        work
    }

    /// The state, to look at or to change. Whoever changed it says so by [`Self::wake`].
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the threads end once they have done what they are about.
    pub fn end(&self) {
        let state = self.state();
        self.ended.store(true, Ordering::Relaxed);
        state.projects.values().for_each(|project| project.stop.store(true, Ordering::Relaxed));
        self.changed.notify_all();
    }

    /// Whether findings are on their way to the client.
    pub fn is_sending(&self) -> bool {
        self.unsent.load(Ordering::Acquire) > 0
    }

    /// A round of findings has reached the client.
    pub fn sent(&self) {
        self.unsent.fetch_sub(1, Ordering::Release);
    }

    /// Something has changed.
    pub fn wake(&self) {
        self.clear_gone();
        self.changed.notify_all();
    }

    /// Nothing is found any more in a file that went, which no check says.
    fn clear_gone(&self) {
        let mut state = self.state();
        let gone = state.take_gone();
        if gone.is_empty() {
            return;
        }
        self.unsent.fetch_add(1, Ordering::Release);
        state.order += 1;
        for uri in gone {
            let found = Found { uri, items: Vec::new(), version: None, order: state.order };
            let _ = self.client.send(Message::Found(found));
        }
        let _ = self.client.send(Message::Sent);
    }

    fn wait<'g>(&self, guard: MutexGuard<'g, State>, at_most: Option<Duration>) -> MutexGuard<'g, State> {
        match at_most {
            None => self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(time) => self.changed.wait_timeout(guard, time).unwrap_or_else(PoisonError::into_inner).0,
        }
    }

    fn check_around_changes(&self) {
        // So little is done by one thread before another one is awake.
        match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(thread) => thread.install(|| self.check_around_each()),
            Err(_) => self.check_around_each(),
        }
    }

    fn check_around_each(&self) {
        while let Some(Changes { name, snapshot, known, mut dirty }) = self.next_changes() {
            if !known.is_empty() {
                self.publish(self.state(), &name, &known);
            }
            while let Some(id) = dirty.pop_first() {
                let Some(checked) = snapshot.check_around(id, &snapshot.over) else {
                    self.put_off(&name, &snapshot, dirty, id);
                    break;
                };
                let together = snapshot.workspace.together(id);
                dirty.retain(|id| !together.contains(id));
                let mut state = self.state();
                state.counts.checked += checked.namespaces as u64;
                if let Some(project) = state.projects.get_mut(&name).filter(|project| project.epoch == snapshot.epoch) {
                    for file in &together {
                        let found = snapshot.near_findings(*file, &checked);
                        project.near.insert(*file, (snapshot.generation, found));
                    }
                }
                self.publish(state, &name, &together);
            }
            let _ = self.client.send(Message::Sent);
        }
    }

    /// A newer change has ended a check: what was not checked yet is checked with that.
    fn put_off(&self, name: &PathBuf, snapshot: &Snapshot, dirty: BTreeSet<FileId>, id: FileId) {
        let mut state = self.state();
        if let Some(project) = state.projects.get_mut(name).filter(|project| project.epoch == snapshot.epoch) {
            project.dirty.extend(dirty.into_iter().chain([id]));
        }
    }

    /// Waits for changes of a project that was checked before: one that is new is checked as a whole first. `None` at the
    /// end.
    fn next_changes(&self) -> Option<Changes> {
        let mut state = self.state();
        while !self.ended.load(Ordering::Relaxed) {
            let due = state.projects.iter().find(|(_, project)| project.near_changes().next().is_some());
            if let Some((name, snapshot)) = due.map(|(name, project)| (name.clone(), state.snapshot(project))) {
                let (known, dirty) = state.projects.get_mut(&name).map(Project::take_near_changes).unwrap_or_default();
                // What is taken out is under way until it is sent.
                self.unsent.fetch_add(1, Ordering::Release);
                return Some(Changes { name, snapshot, known, dirty });
            }
            state = self.wait(state, None);
        }
        None
    }

    fn check_everything(&self) {
        // On threads of their own, or what stands around a change would wait behind all that is under way.
        let pool = |count: usize| {
            rayon::ThreadPoolBuilder::new().num_threads(count).start_handler(|_| step_back()).build().ok()
        };
        // Where nobody waits for the findings, one core is left to those who type.
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let (all, fewer) = (pool(cores), pool(cores.saturating_sub(1).max(1)));
        let check = |snapshot: &Snapshot, stop: &AtomicBool| snapshot.workspace.check(&snapshot.options, stop);
        while let Some(Next { name, snapshot, stop, urgent }) = self.next_project() {
            let threads = if urgent { &all } else { &fewer };
            let checked = match threads {
                Some(threads) => threads.install(|| check(&snapshot, &stop)),
                None => check(&snapshot, &stop),
            };
            let Some(Checked { diagnostics, clusters, .. }) = checked else { continue };
            if let Some(threads) = threads {
                // Of a large project it takes its time.
                threads.spawn(|| drop(clusters));
            }
            let mut state = self.state();
            state.counts.wholes += 1;
            let project = state.projects.get_mut(&name).filter(|project| project.epoch == snapshot.epoch);
            let Some(project) = project else { continue };
            let _before = project.was_checked(snapshot.generation, diagnostics);
            let files = project.workspace.files().map(|file| file.id).collect();
            self.publish(state, &name, &files);
            let _ = self.client.send(Message::Settled);
            // Changes that came during the first check are due now.
            self.wake();
        }
    }

    /// Waits until a project is to be checked as a whole. `None` at the end.
    fn next_project(&self) -> Option<Next> {
        let mut state = self.state();
        while !self.ended.load(Ordering::Relaxed) {
            let now = Instant::now();
            let pause = |project: &Project| if project.is_urgent() { Duration::ZERO } else { self.pause };
            let due = |project: &Project| project.changed + pause(project);
            let stale = state.projects.iter().filter(|(_, project)| project.whole.0 < project.generation);
            let next = stale.map(|(name, project)| (due(project), name, project)).min_by_key(|(at, ..)| *at);
            match next {
                Some((at, name, project)) if at <= now => {
                    project.stop.store(false, Ordering::Relaxed);
                    let (stop, urgent) = (Arc::clone(&project.stop), project.is_urgent());
                    return Some(Next { name: name.clone(), snapshot: state.snapshot(project), stop, urgent });
                }
                Some((at, ..)) => state = self.wait(state, Some(at - now)),
                None => state = self.wait(state, None),
            }
        }
        None
    }

    /// Sends what is known of some files of a project, but for those that have changed again meanwhile. What takes time
    /// is done when others may change the state again.
    fn publish(&self, state: MutexGuard<'_, State>, name: &PathBuf, files: &BTreeSet<FileId>) {
        self.unsent.fetch_add(1, Ordering::Release);
        self.publish_round(state, name, files);
        let _ = self.client.send(Message::Sent);
    }

    fn publish_round(&self, mut state: MutexGuard<'_, State>, name: &PathBuf, files: &BTreeSet<FileId>) {
        state.order += 1;
        let order = state.order;
        let Some(project) = state.projects.get(name) else { return };
        let snapshot = state.snapshot(project);
        let known = |id: &FileId| Some((*id, project.known(*id)?.map(<[Diagnostic]>::to_vec)));
        let files: Vec<(FileId, Option<Vec<Diagnostic>>)> = files.iter().filter_map(known).collect();
        drop(state);
        let of_whole = files.iter().any(|(_, near)| near.is_none());
        let whole = if of_whole { snapshot.last_findings_by_file() } else { Default::default() };
        for (id, near) in files {
            let Some(document) = snapshot.document(id) else { continue };
            let items = match (&near, whole.get(&id)) {
                (Some(near), _) => near.iter().map(|finding| shown(&snapshot, finding)).collect(),
                (None, Some(whole)) => whole.iter().map(|finding| shown(&snapshot, finding)).collect(),
                (None, None) => Vec::new(),
            };
            let found = Found { uri: document.uri.clone(), items, version: document.version, order };
            let _ = self.client.send(Message::Found(found));
        }
    }
}

/// Lets the other threads go first. Linux counts a thread's niceness by itself (setpriority(2), "C library/kernel
/// differences"); where it is that of the whole process, nothing is changed.
fn step_back() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::nice(10);
    }
}

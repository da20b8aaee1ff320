//! Folders of manifests: what a write leaves, and what it leaves alone.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests read files and may panic"
)]

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use ztp::diagnostic::{Code, Diagnostic};
use ztp::world::output::{Files, RECORD, compare, write};

/// An empty folder for one test.
fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("output").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn files(entries: &[(&str, &str)]) -> Files {
    entries.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect()
}

/// Everything below a folder: files with their text, links with where they lead, and folders that are empty.
fn snapshot(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        let entries: Vec<_> = fs::read_dir(&at).unwrap().map(|entry| entry.unwrap()).collect();
        if entries.is_empty() {
            found.insert(at.strip_prefix(folder).unwrap().display().to_string(), "(an empty folder)".to_owned());
        }
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_symlink() {
                found.insert(name, format!("-> {}", fs::read_link(path).unwrap().display()));
            } else {
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// Makes a folder be what a snapshot says.
fn restore(folder: &Path, snapshot: &BTreeMap<String, String>) {
    fs::remove_dir_all(folder).unwrap();
    for (path, text) in snapshot {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn codes(result: Result<impl std::fmt::Debug, Vec<Diagnostic>>) -> Vec<Code> {
    result.unwrap_err().iter().map(|diagnostic| diagnostic.code).collect()
}

fn old() -> Files {
    files(&[("kustomization.yaml", "old"), ("_cluster/a.yaml", "a"), ("shop/b.yaml", "b"), ("pay/c.yaml", "c")])
}

/// [`old`] with one file more, one less, one changed and one as it was.
fn new() -> Files {
    files(&[("kustomization.yaml", "new"), ("_cluster/a.yaml", "a"), ("shop/b.yaml", "B"), ("web/d.yaml", "d")])
}

#[test]
fn a_folder_holds_the_files_and_the_record() {
    let folder = scratch("fresh").join("not/there/yet");
    let report = write(&folder, &old()).unwrap();
    assert_eq!((report.written, report.unchanged, report.removed.len()), (4, 0, 0));
    let mut found = snapshot(&folder);
    assert!(found.remove(RECORD).is_some());
    assert_eq!(found, old());
    compare(&folder, &old()).unwrap();
}

#[test]
fn what_is_as_it_should_be_is_not_written_again() {
    let folder = scratch("unchanged");
    write(&folder, &old()).unwrap();
    let times = || ["shop/b.yaml", RECORD].map(|path| fs::metadata(folder.join(path)).unwrap().modified().unwrap());
    let before = times();
    let report = write(&folder, &old()).unwrap();
    assert_eq!((report.written, report.unchanged), (0, 4));
    assert_eq!(before, times());
}

#[test]
fn stale_files_go_and_their_folders_with_them() {
    let folder = scratch("stale");
    write(&folder, &old()).unwrap();
    fs::write(folder.join("README.md"), "by hand").unwrap();
    assert_eq!(codes(compare(&folder, &new())), [Code::E0910]);
    let report = write(&folder, &new()).unwrap();
    assert_eq!((report.written, report.unchanged), (3, 1));
    assert!(report.removed.len() == 1 && report.removed[0].ends_with("pay/c.yaml"));
    let mut found = snapshot(&folder);
    found.remove(RECORD).unwrap();
    assert_eq!(found.remove("README.md").as_deref(), Some("by hand"));
    assert_eq!(found, new());
    compare(&folder, &new()).unwrap();
}

#[test]
fn check_names_every_difference() {
    let folder = scratch("differences");
    write(&folder, &old()).unwrap();
    fs::write(folder.join("shop/b.yaml"), "edited").unwrap();
    fs::write(folder.join("shop/extra.yml"), "by hand").unwrap();
    fs::remove_file(folder.join("_cluster/a.yaml")).unwrap();
    let before = snapshot(&folder);
    let mut wanted = old();
    wanted.remove("pay/c.yaml");
    let problems = compare(&folder, &wanted).unwrap_err();
    let said: Vec<String> =
        problems[0].notes.iter().map(|note| note.replace(&format!("{}/", folder.display()), "")).collect();
    let expected = [
        "missing: `_cluster/a.yaml`",
        "stale: `pay/c.yaml`",
        "changed: `shop/b.yaml`",
        "not written by ztp: `shop/extra.yml`",
        "changed: `ztp-manifest.json`",
    ];
    assert_eq!(said, expected);
    assert_eq!(snapshot(&folder), before);
    assert_eq!(codes(compare(&folder.join("nowhere"), &old())), [Code::E0910]);
    assert!(!folder.join("nowhere").exists());
}

/// Prepares a folder that holds [`old`], and expects [`new`] to be refused with nothing touched.
fn refused(test: &str, code: Code, prepare: impl Fn(&Path)) {
    let folder = scratch(test);
    write(&folder, &old()).unwrap();
    prepare(&folder);
    let before = snapshot(&folder);
    let mut found = codes(write(&folder, &new()));
    found.dedup();
    assert_eq!(found, [code]);
    assert_eq!(snapshot(&folder), before);
}

#[test]
fn somebody_elses_file_is_never_overwritten() {
    refused("foreign", Code::E0907, |folder| {
        fs::create_dir(folder.join("web")).unwrap();
        fs::write(folder.join("web/d.yaml"), "by hand").unwrap();
    });
    refused("foreign-folder", Code::E0907, |folder| fs::create_dir_all(folder.join("web/d.yaml")).unwrap());
    refused("foreign-parent", Code::E0907, |folder| fs::write(folder.join("web"), "by hand").unwrap());
    refused("foreign-record", Code::E0907, |folder| fs::write(folder.join(RECORD), "{}").unwrap());
    refused("foreign-beside", Code::E0907, |folder| fs::write(folder.join("shop/by-hand.yaml"), "kind: X").unwrap());
    refused("foreign-all", Code::E0907, |folder| {
        fs::remove_file(folder.join(RECORD)).unwrap();
        fs::write(folder.join("shop/b.yaml"), "B").unwrap();
    });
}

#[test]
fn what_is_the_same_anyway_is_taken_over() {
    let folder = scratch("adopted");
    fs::create_dir(folder.join("shop")).unwrap();
    fs::write(folder.join("shop/b.yaml"), "b").unwrap();
    write(&folder, &old()).unwrap();
    compare(&folder, &old()).unwrap();
}

#[test]
fn an_edited_file_is_neither_overwritten_nor_removed() {
    refused("edited", Code::E0908, |folder| fs::write(folder.join("shop/b.yaml"), "edited").unwrap());
    refused("edited-stale", Code::E0908, |folder| fs::write(folder.join("pay/c.yaml"), "edited").unwrap());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let outside = scratch("outside");
    fs::write(outside.join("b.yaml"), "b").unwrap();
    refused("link-to-file", Code::E0907, |folder| {
        fs::remove_file(folder.join("shop/b.yaml")).unwrap();
        symlink(outside.join("b.yaml"), folder.join("shop/b.yaml")).unwrap();
    });
    refused("link-to-folder", Code::E0907, |folder| {
        fs::remove_dir_all(folder.join("shop")).unwrap();
        symlink(&outside, folder.join("shop")).unwrap();
    });
    refused("link-to-nothing", Code::E0907, |folder| symlink("/nowhere", folder.join("web")).unwrap());
    refused("link-to-record", Code::E0907, |folder| {
        fs::rename(folder.join(RECORD), folder.join("record")).unwrap();
        symlink("record", folder.join(RECORD)).unwrap();
    });
    assert_eq!(snapshot(&outside), files(&[("b.yaml", "b")]));
}

#[test]
fn a_record_reaches_no_further_than_its_folder() {
    let folder = scratch("tampered");
    let victim = folder.join("victim.yaml");
    fs::write(&victim, "v").unwrap();
    let inside = folder.join("manifests");
    write(&inside, &old()).unwrap();
    let entry = format!("\"../victim.yaml\": \"{}\",\n    \"_cluster/a.yaml\"", hash("v"));
    let record = fs::read_to_string(inside.join(RECORD)).unwrap().replace("\"_cluster/a.yaml\"", &entry);
    fs::write(inside.join(RECORD), record).unwrap();
    write(&inside, &new()).unwrap();
    assert_eq!(fs::read_to_string(victim).unwrap(), "v");
    compare(&inside, &new()).unwrap();
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A build that replaces [`old`] by [`new`] can be interrupted anywhere: from each state in which it could then have left
/// the folder, `--check` fails and the next build comes to the same end.
#[test]
fn an_interrupted_build_is_seen_and_completed() {
    let folder = scratch("interrupted");
    write(&folder, &new()).unwrap();
    let after = snapshot(&folder);
    fs::remove_dir_all(&folder).unwrap();
    write(&folder, &old()).unwrap();
    let before = snapshot(&folder);

    let hashes =
        |files: &Files| files.iter().map(|(path, text)| (path.clone(), hash(text))).collect::<BTreeMap<_, _>>();
    let replacing: BTreeMap<_, _> =
        hashes(&old()).into_iter().filter(|(path, _)| new().get(path) != old().get(path)).collect();
    let under_way = serde_json::json!({ "version": 1, "files": hashes(&new()), "replacing": replacing });

    let changing = ["kustomization.yaml", "shop/b.yaml", "web/d.yaml", "pay/c.yaml"];
    for done in 0..1 << changing.len() {
        let mut state = before.clone();
        state.insert(RECORD.to_owned(), under_way.to_string());
        for (_, path) in changing.iter().enumerate().filter(|(bit, _)| done >> bit & 1 == 1) {
            match after.get(*path) {
                Some(text) => state.insert(path.to_string(), text.clone()),
                None => state.remove(*path),
            };
        }
        state.insert("shop/.ztp-unfinished-1-2".to_owned(), "half a fi".to_owned());
        state.insert(".ztp-unfinished-1-3/d.yaml".to_owned(), String::new());
        restore(&folder, &state);
        assert_eq!(codes(compare(&folder, &new())), [Code::E0910], "{done:b}");
        assert_eq!(codes(compare(&folder, &old())), [Code::E0910], "{done:b}");
        // The sources may have changed since, too.
        for wanted in [old(), new()] {
            restore(&folder, &state);
            write(&folder, &wanted).unwrap_or_else(|problems| panic!("{done:b}: {problems:?}"));
            compare(&folder, &wanted).unwrap();
            let leftovers = snapshot(&folder).keys().filter(|path| path.contains("unfinished")).count();
            assert_eq!(leftovers, 0, "{done:b}");
        }
    }
}

#[test]
fn an_empty_file_after_a_loss_of_power_is_no_edit() {
    let folder = scratch("power");
    write(&folder, &old()).unwrap();
    fs::write(folder.join("shop/b.yaml"), "").unwrap();
    assert_eq!(codes(compare(&folder, &old())), [Code::E0910]);
    write(&folder, &old()).unwrap();
    compare(&folder, &old()).unwrap();
}

/// A file system of a megabyte that goes away with this value; `None` where none can be mounted.
#[cfg(target_os = "linux")]
struct SmallDisk(PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(test: &str) -> Option<Self> {
        let folder = scratch(test);
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(&folder)
            .stderr(std::process::Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then_some(Self(folder))
    }

    /// Takes all room but so many blocks.
    fn fill(&self, left: u64) {
        use std::io::Write;
        let mut filler = fs::File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - left * 4096).unwrap();
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_whole_files_and_the_next_build_completes_them() {
    let mut failed = 0;
    for left in 0.. {
        let Some(disk) = SmallDisk::mount("full") else {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "skipped: the full disk needs the right to mount one");
            return;
        };
        let folder = disk.0.join("manifests");
        write(&folder, &old()).unwrap();
        disk.fill(left);
        let result = write(&folder, &new());
        let full = result.is_err();
        if full {
            failed += 1;
            assert_eq!(codes(result), [Code::E0909]);
            for (path, text) in snapshot(&folder).iter().filter(|(path, _)| *path != RECORD) {
                let whole = [old().get(path), new().get(path)].contains(&Some(text));
                assert!(whole, "with {left} blocks left, {path} holds {text:?}");
            }
            assert_eq!(codes(compare(&folder, &new())), [Code::E0910]);
            fs::remove_file(disk.0.join("filler")).unwrap();
            write(&folder, &new()).unwrap();
        }
        compare(&folder, &new()).unwrap();
        if !full {
            break;
        }
    }
    assert!(failed > 0);
}

#[cfg(unix)]
#[test]
fn builds_into_one_folder_wait_for_each_other() {
    let folder = scratch("two");
    std::thread::scope(|scope| {
        for wanted in [old(), new()] {
            let folder = &folder;
            scope.spawn(move || {
                for _ in 0..50 {
                    write(folder, &wanted).unwrap();
                }
            });
        }
    });
    assert!(compare(&folder, &old()).is_ok() || compare(&folder, &new()).is_ok());
}

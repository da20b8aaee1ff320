//! Tells Zed how to start `ztp-lsp`.

use zed_extension_api::{Command, Extension, LanguageServerId, Result, Worktree, register_extension};

struct Ztp;

impl Extension for Ztp {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree.which("ztp-lsp").ok_or("`ztp-lsp` was not found on PATH")?;
        Ok(Command { command, args: Vec::new(), env: worktree.shell_env() })
    }
}

register_extension!(Ztp);

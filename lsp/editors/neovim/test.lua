-- Drives the real server through Neovim's own client: what the plugin does by itself, a diagnostic, a completion, a rename
-- over two files. lsp/tests/neovim.rs lays the project out, starts this and reads what it prints.
--
-- nvim --headless --clean -n --cmd 'set runtimepath^=…/lsp/editors/neovim' -c 'luafile …/test.lua'

local PATIENCE = 20000

local function fail(message)
  io.stderr:write('failed: ' .. message .. '\n')
  vim.cmd('cquit')
end

local function done(what)
  io.stdout:write('ok: ' .. what .. '\n')
end

local function eventually(what, condition)
  if not vim.wait(PATIENCE, condition, 20) then
    fail(what .. '\nshown instead: ' .. vim.inspect(vim.diagnostic.get()) .. '\n' .. vim.fn.execute('messages'))
  end
  done(what)
end

local function lines(path)
  return vim.api.nvim_buf_get_lines(vim.fn.bufadd(path), 0, -1, true)
end

--- Puts the cursor on the first place of `text` in the buffer.
local function go(text)
  if vim.fn.search('\\V' .. text, 'cw') == 0 then
    fail('no ' .. text)
  end
end

local function main()
  vim.cmd('filetype plugin on')
  vim.cmd('edit shop/shop.ztp')
  if vim.bo.filetype ~= 'ztp' or vim.bo.commentstring ~= '# %s' then
    fail('filetype ' .. vim.bo.filetype)
  end

  eventually('a diagnostic is shown', function()
    local found = vim.diagnostic.get(0)
    return #found == 1 and found[1].lnum == 4 and found[1].message:find('ghost', 1, true) ~= nil
  end)

  if require('ztp').has_parser() then
    local tree = vim.treesitter.get_parser(0, 'ztp'):parse()[1]:root()
    if tree:has_error() or tree:named_child_count() ~= 5 then
      fail('the tree is ' .. tree:sexpr())
    end
    done('the parser reads the file')
    local get = vim.treesitter.query and vim.treesitter.query.get or vim.treesitter.get_query
    for _, name in ipairs({ 'highlights', 'folds', 'indents', 'locals', 'injections' }) do
      local found = 0
      for _ in get('ztp', name):iter_captures(tree, 0, 0, -1) do
        found = found + 1
      end
      -- Nothing in this file folds, indents or holds another language.
      if found == 0 and (name == 'highlights' or name == 'locals') then
        fail('nothing is found by ' .. name .. '.scm')
      end
    end
    done('the queries find something')
  end

  go('ghost')
  vim.cmd('normal! cwba')
  local params = vim.lsp.util.make_position_params(0, 'utf-16')
  params.position.character = params.position.character + 1
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, PATIENCE) or {}
  local labels = {}
  for _, answer in pairs(answers) do
    for _, item in ipairs((answer.result or {}).items or answer.result or {}) do
      table.insert(labels, item.label)
    end
  end
  if not vim.tbl_contains(labels, 'backend') then
    fail('`backend` is not completed: ' .. vim.inspect(answers))
  end
  done('a name is completed')

  vim.cmd('normal! ciwbackend')
  eventually('the mended line has no diagnostic', function()
    return #vim.diagnostic.get(0) == 0
  end)

  go('api:https')
  vim.lsp.buf.rename('ledger')
  eventually('a name is renamed where it stands', function()
    return vim.tbl_contains(lines('shop/shop.ztp'), 'frontend may reach bank/ledger:https')
  end)
  eventually('and in another file', function()
    local there = lines('bank/bank.ztp')
    return vim.tbl_contains(there, 'workload ledger { app: api } serves https 8443')
      and vim.tbl_contains(there, 'expose ledger:https to shop/frontend')
  end)
  eventually('which leaves no diagnostic', function()
    return #vim.diagnostic.get() == 0
  end)

  vim.cmd('silent wall | edit bank/bank.ztp')
  eventually('a lens on a workload lists who reaches it', function()
    local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeLens', {
      textDocument = vim.lsp.util.make_text_document_params(),
    }, PATIENCE) or {}
    for id, answer in pairs(answers) do
      for _, lens in ipairs(answer.result or {}) do
        local show = vim.lsp.commands[lens.command.command]
        if show then
          show(lens.command, { client_id = id })
          local first = vim.fn.getqflist()[1]
          return first ~= nil and first.text == 'frontend may reach bank/ledger:https'
        end
      end
    end
    return false
  end)
  vim.cmd('qa!')
end

local fine, message = xpcall(main, debug.traceback)
if not fine then
  fail(message)
end

-- How Neovim talks to ztp-lsp: with `vim.lsp.enable` where that is (0.11), by hand before.

local M = {}

M.name = 'ztp-lsp'
--- The command; `require('ztp').cmd = { '/path/to/ztp-lsp' }` before the first file is opened changes it.
M.cmd = { 'ztp-lsp' }
--- What a project may say in its stead: `enforcer` ('cilium:1.19', where no cluster is declared), `cluster`, `today`,
--- `roots` ({ 'platform', 'teams' }, the folders of one project).
M.settings = {}

--- The folder that the server is to read: the repository, or else the folder that Neovim was started in, or the file's.
function M.root(path)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  local git = vim.fn.finddir('.git', vim.fn.escape(folder, ' ,') .. ';')
  if git ~= '' then
    return vim.fn.fnamemodify(git, ':p:h:h')
  end
  local here = vim.fn.getcwd()
  return vim.startswith(folder .. '/', here .. '/') and here or folder
end

--- What a lens on a workload does: the places of the sentences go into the quickfix list.
vim.lsp.commands['ztp.showReferences'] = function(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local items = vim.lsp.util.locations_to_items(command.arguments[3], client and client.offset_encoding or 'utf-16')
  vim.fn.setqflist({}, ' ', { title = command.title, items = items })
  vim.cmd('copen')
end

-- By root: Neovim before 0.8 has no `vim.lsp.start`, which reuses a client.
local clients = {}

--- Starts the server for a buffer, where `vim.lsp.enable` does not do it.
function M.start(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == '' or vim.bo[buffer].buftype ~= '' then
    return
  end
  if vim.fn.executable(M.cmd[1]) == 0 then
    vim.notify_once(('ztp: `%s` was not found; see docs/editors.md'):format(M.cmd[1]), vim.log.levels.WARN)
    return
  end
  local root = M.root(path)
  local config = {
    name = M.name,
    cmd = M.cmd,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    init_options = M.settings,
    on_exit = function()
      clients[root] = nil
    end,
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  clients[root] = clients[root] or vim.lsp.start_client(config)
  if clients[root] then
    vim.lsp.buf_attach_client(buffer, clients[root])
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
  end
end

--- Whether parser.sh has built the parser.
function M.has_parser()
  return #vim.api.nvim_get_runtime_file('parser/ztp.*', false) > 0
end

return M

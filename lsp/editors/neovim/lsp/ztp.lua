-- The configuration that `vim.lsp.enable('ztp')` reads (Neovim 0.11 and later).

local ztp = require('ztp')

return {
  cmd = ztp.cmd,
  filetypes = { 'ztp' },
  init_options = ztp.settings,
  root_dir = function(buffer, start)
    start(ztp.root(vim.api.nvim_buf_get_name(buffer)))
  end,
}

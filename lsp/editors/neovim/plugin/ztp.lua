-- Starts the server, and colours by the tree where there is a parser (see parser.sh).

if vim.g.loaded_ztp then
  return
end
vim.g.loaded_ztp = true

if vim.lsp.enable then
  vim.lsp.enable('ztp')
end

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'ztp',
  group = vim.api.nvim_create_augroup('ztp', {}),
  callback = function(event)
    local ztp = require('ztp')
    if not vim.lsp.enable then
      ztp.start(event.buf)
    end
    if ztp.has_parser() and vim.treesitter.start then
      vim.treesitter.start(event.buf, 'ztp')
    end
  end,
})

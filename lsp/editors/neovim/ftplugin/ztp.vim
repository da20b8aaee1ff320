if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

" Names have hyphens; sentences are indented by two blanks.
setlocal commentstring=#\ %s comments=:##,:# iskeyword+=- expandtab shiftwidth=2 softtabstop=2 suffixesadd=.ztp
let b:undo_ftplugin = 'setlocal commentstring< comments< iskeyword< expandtab< shiftwidth< softtabstop< suffixesadd<'

autocmd BufRead,BufNewFile *.ztp setfiletype ztp

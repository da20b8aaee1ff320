//! Every question has an answer at every place of any text, and places in the answers are those of a file.


"""A library on Milvus, for more than one machine: nothing of it lies on the machines that ask or index.

    {name}_articles    one row an article: its metadata, and what filters look at
    {name}_texts       their texts, in pieces that fit a field
    {name}_records     where articles came from, what failed, and the library's own notes
    {name}_passages    an alias of the generation in force: vectors, terms for BM25, and what filters look at

Milvus has neither transactions nor locks, so the order of writing carries the weight: an article is there when its
row in `articles` is, which is written after its text and passages and taken out before them; what is written has keys
made from its content, so whoever writes it again writes the same rows; and every batch ends with a look at what others
have done meanwhile (`qa.storage.milvus.transaction`).

`address` what users write; `client` requests and errors; `schema` the fields and filters; `records` notes by key;
`store` reading; `transaction` writing; `generations` the passages in force and the next ones; `retriever`, `doctor`,
and `library`, which is `qa.Library` for callers. Importing this loads no client.
"""

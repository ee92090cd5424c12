\connect shop
CREATE TABLE public.orders (id integer, total numeric, vat numeric GENERATED ALWAYS AS (total * 0.2) STORED);
ALTER TABLE ONLY public.orders OWNER TO shop;
COPY public.orders (id, total) FROM stdin;
1	it's never a quote
\.
CREATE TABLE public.orders_2026 (id integer, total numeric);
ALTER TABLE ONLY public.orders ATTACH PARTITION public.orders_2026 FOR VALUES IN (2026);
CREATE TABLE public.orders_2027 PARTITION OF public.orders FOR VALUES IN (2027);
CREATE TABLE public.base (a integer);
CREATE TABLE public.child (b integer) INHERITS (public.base);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
SELECT pg_catalog.setval('public.seq', 1, false);

-- The shop's own database, replicated every night.
create schema shop;

create table shop.customers (
  customer_id varchar,
  email varchar,
  full_name varchar,
  country varchar,
  created_at timestamp,
  marketing_consent boolean,
  fax varchar
);

create table shop.orders (
  order_id varchar,
  customer_id varchar,
  placed_at timestamp,
  status varchar,
  currency varchar,
  net_amount decimal(10, 2),
  vat_amount decimal(10, 2),
  shipping_amount decimal(10, 2),
  vat_rate decimal(6, 3),
  legacy_ref varchar
);
comment on table shop.orders is 'One row per order, cancelled ones included';
comment on column shop.orders.net_amount is 'Value of the goods without VAT, after discounts';
comment on column shop.orders.legacy_ref is 'Order number in the shop system before 2023';

create table shop.order_lines (
  order_id varchar,
  sku varchar,
  quantity integer,
  unit_price decimal(10, 2),
  unit_cost decimal(10, 2),
  gift_wrap boolean
);

create table shop.products (
  product_id varchar,
  sku varchar,
  title varchar,
  brand varchar,
  category varchar,
  colour_name varchar,
  list_price decimal(10, 2),
  active boolean,
  hs_code varchar
);

create table shop.inventory (
  sku varchar,
  warehouse_code varchar,
  on_hand integer,
  reserved integer,
  reorder_point integer,
  counted_at timestamp,
  bin_location varchar
);

create table shop.refunds (
  refund_id varchar,
  order_id varchar,
  refunded_at timestamp,
  amount decimal(10, 2),
  reason varchar,
  approved_by varchar
);

create table shop.shipments (
  shipment_id varchar,
  order_id varchar,
  carrier varchar,
  shipped_at timestamp,
  delivered_at timestamp,
  tracking_code varchar,
  parcel struct(weight_grams integer, hazmat boolean)
);

create table shop.support_tickets (
  ticket_id varchar,
  order_id varchar,
  opened_at timestamp,
  solved_at timestamp,
  topic varchar,
  channel varchar,
  satisfaction integer,
  transcript varchar
);

create table shop.promotions (
  coupon varchar,
  campaign varchar,
  starts_on date,
  ends_on date,
  budget decimal(10, 2),
  agency_contact varchar
);

create table shop.loyalty_ledger (
  customer_id varchar,
  points integer
);
comment on table shop.loyalty_ledger is 'Points of the loyalty programme that ended in 2025';

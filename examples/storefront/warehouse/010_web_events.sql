-- Website events as the loader writes them: one table per event. The loader's column selection leaves most
-- context columns out of the per-event tables; raw_web.tracks and raw_web.pages have all that are stored.
create schema raw_web;

create table raw_web.tracks (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  event_text varchar,
  sent_at timestamp,
  received_at timestamp,
  context_ip varchar,
  context_user_agent varchar,
  context_locale varchar,
  context_page_path varchar,
  context_page_referrer varchar,
  context_campaign_source varchar,
  context_campaign_medium varchar,
  context_campaign_name varchar,
  context_library_name varchar,
  context_library_version varchar
);
comment on table raw_web.tracks is 'Every tracked event once, without its properties';

create table raw_web.pages (
  id varchar,
  anonymous_id varchar,
  received_at timestamp,
  page_group varchar,
  load_time_ms integer,
  context_page_url varchar,
  context_page_path varchar,
  context_page_referrer varchar,
  context_campaign_source varchar,
  context_campaign_medium varchar,
  context_campaign_name varchar,
  context_campaign_term varchar
);

create table raw_web.identifies (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  received_at timestamp,
  email varchar,
  first_name varchar,
  phone varchar,
  birthday date,
  customer_type varchar,
  loyalty_tier varchar,
  newsletter boolean,
  shoe_size decimal(4, 1),
  utm_first_touch varchar
);
comment on column raw_web.identifies.utm_first_touch is 'Set by an old tag in the tag manager';

create table raw_web.groups (
  id varchar,
  user_id varchar,
  group_id varchar,
  received_at timestamp,
  company_name varchar,
  industry varchar,
  employees integer
);

create table raw_web.product_list_viewed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  list_id varchar,
  category varchar,
  sort_order varchar,
  page_number integer,
  result_count integer,
  filters json
);

create table raw_web.products_searched (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  query varchar,
  result_count integer,
  suggestion_used boolean,
  search_version varchar
);

create table raw_web.product_viewed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  product_id varchar,
  sku varchar,
  name varchar,
  brand varchar,
  category varchar,
  variant varchar,
  price decimal(10, 2),
  currency varchar,
  position integer,
  in_stock boolean,
  image_url varchar,
  ab_bucket varchar
);
comment on column raw_web.product_viewed.ab_bucket is 'Left over from the gallery test';

create table raw_web.product_added (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  product_id varchar,
  sku varchar,
  name varchar,
  brand varchar,
  category varchar,
  variant varchar,
  price decimal(10, 2),
  currency varchar,
  quantity integer,
  cart_id varchar,
  list_id varchar
);

create table raw_web.product_removed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  product_id varchar,
  sku varchar,
  name varchar,
  brand varchar,
  category varchar,
  variant varchar,
  price decimal(10, 2),
  currency varchar,
  quantity integer,
  cart_id varchar
);

create table raw_web.cart_viewed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  cart_id varchar,
  cart_value decimal(10, 2),
  item_count integer
);

create table raw_web.checkout_started (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  cart_id varchar,
  cart_value decimal(10, 2),
  item_count integer,
  coupon varchar
);

create table raw_web.checkout_step_viewed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  cart_id varchar,
  cart_value decimal(10, 2),
  item_count integer,
  step integer,
  step_name varchar,
  shipping_method varchar,
  payment_method varchar,
  field_errors json
);

create table raw_web.coupon_applied (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  cart_id varchar,
  coupon varchar,
  discount decimal(10, 2)
);

create table raw_web.payment_failed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  cart_id varchar,
  payment_method varchar,
  error_code varchar,
  error_message varchar,
  attempt integer
);

create table raw_web.order_completed (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  event_text varchar,
  sent_at timestamp,
  received_at timestamp,
  order_id varchar,
  cart_id varchar,
  total decimal(10, 2),
  shipping decimal(10, 2),
  tax decimal(10, 2),
  discount decimal(10, 2),
  coupon varchar,
  currency varchar,
  affiliation varchar,
  payment_method varchar,
  email varchar,
  address_city varchar,
  address_postcode varchar,
  address_country varchar,
  gift_is_gift boolean,
  gift_message varchar,
  products json,
  checkout_version varchar
);

create table raw_web.order_refunded (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  order_id varchar,
  refund_amount decimal(10, 2),
  reason varchar,
  comment_text varchar
);

create table raw_web.review_submitted (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  product_id varchar,
  rating integer,
  body varchar
);

create table raw_web.newsletter_signed_up (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  email varchar,
  placement varchar,
  double_opt_in boolean
);

create table raw_web.wishlist_product_added (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  event varchar,
  sent_at timestamp,
  received_at timestamp,
  product_id varchar,
  price varchar
);

create table raw_web.promotion_clicked (
  id varchar,
  anonymous_id varchar,
  user_id varchar,
  received_at timestamp,
  promotion_id varchar,
  creative varchar,
  position integer
);

create table `shop-prod.raw.orders` (
  order_id string not null options(description='Id of the order'),
  address struct<city string, geo struct<lat float64, lon float64>>,
  items array<struct<sku string options(description='Stock unit'), price numeric>>
) options(description='Orders as the shop sends them');
alter table `shop-prod.raw.orders` add column if not exists coupon string;
alter table raw.orders rename column coupon to voucher, rename column order_id to id;
alter table raw.orders alter column id set options(description='not read');

select customer_id, email, full_name, country, created_at, marketing_consent
from shop.customers

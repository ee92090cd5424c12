select cart_id, payment_method, error_code, error_message, attempt, received_at
from raw_web.payment_failed

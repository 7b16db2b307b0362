// The tour of API v1 over XML-RPC with npm's magento-api.
'use strict';

const base = new URL(process.env.MOCKGENTO_BASE);
const Magento = require('../node/node_modules/magento-api');
let failed = 0;

function check(what, actual, expected) {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got === wanted) {
    console.log('ok', what);
    return;
  }
  failed += 1;
  console.log(`FAIL ${what}: expected ${wanted}, got ${got}`);
}

function client(key) {
  return new Magento({
    host: base.hostname, port: Number(base.port), path: '/api/xmlrpc/', login: process.env.MOCKGENTO_USER, pass: key,
  });
}

const asked = (on, method, ...given) => new Promise((resolve, reject) => {
  on[method](...given, (error, answer) => (error ? reject(error) : resolve(answer)));
});

async function faultOf(on, method, ...given) {
  try {
    return `no fault but ${JSON.stringify(await asked(on, method, ...given))}`;
  } catch (error) {
    const fault = error.faultString ? error : error.originalError || error;
    return `${fault.faultCode || ''} ${fault.faultString || fault.message}`.trim();
  }
}

async function main() {
  check('login with a wrong key', (await faultOf(client('wrong-key'), 'login')).includes('Access denied.'), true);
  const shop = client(process.env.MOCKGENTO_API_KEY);
  await asked(shop, 'login');
  check('login', /^[0-9a-f]{32}$/.test(shop.sessionId), true);
  const customers = await asked(shop.customer, 'list', { filters: { email: { like: '%@example.com' } } });
  check('customer.list', customers.map((row) => row.email), ['ada@example.com', 'bob@example.com']);
  check('customer.info', (await asked(shop.customer, 'info', { customerId: 1 })).firstname, 'Ada');
  const unknown = await faultOf(shop.customer, 'info', { customerId: 999 });
  check('customer.info of one unknown', unknown.includes('Customer not exists.'), true);
  const data = { email: 'eve@example.com', firstname: 'Ève', lastname: '<&>', website_id: 1, store_id: 1, group_id: 1 };
  const eve = await asked(shop.customer, 'create', { customerData: data });
  check('customer.create', eve, '3');
  check('customer.update', await asked(shop.customer, 'update', { customerId: eve, customerData: { lastname: '日本' } }), true);
  const row = await asked(shop.customer, 'info', { customerId: eve });
  check('customer.info of the new one', [row.firstname, row.lastname], ['Ève', '日本']);
  check('customer.delete', await asked(shop.customer, 'delete', { customerId: eve }), true);
  const addresses = await asked(shop.customerAddress, 'list', { customerId: 1 });
  check('customer_address.list', addresses.map((address) => address.city), ['Los Angeles']);
  const groups = await asked(shop.customerGroup, 'list');
  check('customer_group.list', groups.map((group) => group.customer_group_code).includes('General'), true);
  check('catalog_product.info', (await asked(shop.catalogProduct, 'info', { id: 'TEA-G' })).name, 'Green <tea>');
  const stock = await asked(shop.catalogInventoryStockItem, 'list', { products: ['TEA-G'] });
  check('cataloginventory_stock_item.list', stock.map((item) => item.qty), ['100.0000']);
  const stores = await asked(shop.store, 'list');
  check('store.list', stores.map((store) => store.code), ['default']);
  const regions = await asked(shop.directoryRegion, 'list', { country: 'US' });
  check('directory_region.list', regions.length > 50, true);
  const cart = await asked(shop.checkoutCart, 'create', { storeView: 'default' });
  check('cart.create', Number(cart) > 0, true);
  const added = await asked(shop.checkoutCartProduct, 'add', { quoteId: cart, products: [{ sku: 'TEA-G', qty: 2 }] });
  check('cart_product.add', added, true);
  const items = await asked(shop.checkoutCartProduct, 'list', { quoteId: cart });
  check('cart_product.list', items.map((item) => item.sku), ['TEA-G']);
}

main().then(() => process.exit(failed ? 1 : 0), (error) => {
  console.log('FAIL', error.stack || error);
  process.exit(1);
});

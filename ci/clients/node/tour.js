// The tour of ci/clients/README.md with node-soap.
'use strict';
const soap = require('soap');

const { MOCKGENTO_WSDL: wsdl, MOCKGENTO_USER: user, MOCKGENTO_API_KEY: key, MOCKGENTO_STYLE: style, MOCKGENTO_BRIDGE: bridge } = process.env;
const wsi = style === 'wsi';
let client;
let failed = 0;

function check(name, actual, expected) {
  if (JSON.stringify(actual) === JSON.stringify(expected)) {
    console.log('ok', name);
    return;
  }
  failed += 1;
  console.log(`FAIL ${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

// RPC answers are attributed values below irregular part names, WS-I ones plain values below `result`.
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if ('$value' in value) return value.$value;
  const members = Object.entries(value).filter(([name]) => name !== 'attributes' || !('xsi:type' in Object(value.attributes) || 'soapenc:arrayType' in Object(value.attributes)
    || Object.keys(Object(value.attributes)).some((n) => n.includes(':'))));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

async function call(operation, args) {
  const [answer] = await client[`${operation}Async`](args);
  const parts = plain(answer);
  return parts && typeof parts === 'object' ? Object.values(parts)[0] : parts;
}

async function faultOf(operation, args) {
  try {
    return `no fault but ${JSON.stringify(await call(operation, args))}`;
  } catch (error) {
    const fault = error.root && error.root.Envelope && error.root.Envelope.Body.Fault;
    return fault ? `${fault.faultcode} ${fault.faultstring}` : `no SOAP fault but ${error.message}`;
  }
}

function rows(list) {
  if (!list || typeof list !== 'object') return [];
  const items = wsi ? list.complexObjectArray : list.item;
  if (items === undefined || items === null) return [];
  return Array.isArray(items) ? items : [items];
}

const many = (items) => (wsi ? { complexObjectArray: items } : { item: items });

function filters(simple = {}, complex = []) {
  const bag = {};
  if (Object.keys(simple).length) bag.filter = many(Object.entries(simple).map(([field, value]) => ({ key: field, value })));
  if (complex.length) bag.complex_filter = many(complex.map(([field, operator, value]) => ({ key: field, value: { key: operator, value } })));
  return bag;
}

async function tour() {
  client = await soap.createClientAsync(wsdl);
  check('login with a wrong key', await faultOf('login', { username: user, apiKey: 'wrong-key' }), '2 Access denied.');
  const sessionId = await call('login', { username: user, apiKey: key });
  check('login', /^[0-9a-f]{32}$/.test(sessionId), true);

  const stores = rows(await call('storeList', { sessionId }));
  check('storeList has no admin store', stores.some((store) => store.code === 'admin'), false);
  check('storeList types', [typeof stores[0].store_id, typeof stores[0].code], ['number', 'string']);

  const regions = rows(await call('directoryRegionList', { sessionId, country: 'us' }));
  check('directoryRegionList', [regions.length, regions[0].name, regions[0].code], [65, 'Alabama', 'AL']);
  check('directoryRegionList of an unknown country', await faultOf('directoryRegionList', { sessionId, country: 'XX' }), '101 Country not exists.');
  const groups = rows(await call('customerGroupList', { sessionId }));
  check('customerGroupList', [groups[0].customer_group_id, groups[0].customer_group_code], [0, 'NOT LOGGED IN']);

  const email = `tour-node-${style}-${bridge}@example.com`;
  const customerData = { email, firstname: 'Zoë', lastname: "O'Neil & <Söhne>", password: 'secret-1234', website_id: 1, store_id: 1, group_id: 1 };
  const customerId = await call('customerCustomerCreate', { sessionId, customerData });
  check('customerCustomerCreate answers an id', Number.isInteger(customerId) && customerId > 0, true);
  check('customerCustomerCreate twice', await faultOf('customerCustomerCreate', { sessionId, customerData }), '100 This customer email already exists');

  const info = await call('customerCustomerInfo', { sessionId, customerId });
  check('customerCustomerInfo', [info.customer_id, info.email, info.firstname, info.lastname, info.group_id], [customerId, email, 'Zoë', "O'Neil & <Söhne>", 1]);
  check('customerCustomerInfo leaves nulls out', 'middlename' in info, false);
  check('customerCustomerUpdate', await call('customerCustomerUpdate', { sessionId, customerId, customerData: { firstname: 'Žofie' } }), true);
  check('the update sticks', (await call('customerCustomerInfo', { sessionId, customerId })).firstname, 'Žofie');

  const addressData = {
    firstname: 'Zoë', lastname: 'Neil', street: many(['1 Main St', 'Flat 2']), city: 'Los Angeles', country_id: 'US', region_id: 12,
    postcode: '90001', telephone: '555', is_default_billing: true, is_default_shipping: false,
  };
  const addressId = await call('customerAddressCreate', { sessionId, customerId, addressData });
  const read = await call('customerAddressInfo', { sessionId, addressId });
  check('customerAddressInfo', [read.street, read.region, read.region_id, read.is_default_billing, read.is_default_shipping],
    ['1 Main St\nFlat 2', 'California', 12, true, false]);
  check('customerAddressList of one', rows(await call('customerAddressList', { sessionId, customerId })).length, 1);
  const { region_id: _region, city: _city, ...incomplete } = addressData;
  check('customerAddressCreate validates', await faultOf('customerAddressCreate', { sessionId, customerId, addressData: incomplete }),
    '100 Please enter the city.');
  check('customerAddressInfo of an unknown address', await faultOf('customerAddressInfo', { sessionId, addressId: 999999 }), '102 Address not exists.');

  let found = rows(await call('customerCustomerList', { sessionId, filters: filters({ email }) }));
  check('a simple filter finds exactly one', found.map((row) => row.customer_id), [customerId]);
  const bounds = [['customer_id', 'from', String(customerId)], ['customer_id', 'to', String(customerId)]];
  found = rows(await call('customerCustomerList', { sessionId, filters: filters({}, bounds) }));
  check('a from/to filter finds exactly one', found.map((row) => row.email), [email]);
  check('a filter that finds none', rows(await call('customerCustomerList', { sessionId, filters: filters({ email: 'nobody@example.com' }) })), []);
  check('a filter on an unknown field', await faultOf('customerCustomerList', { sessionId, filters: filters({ shoe_size: '44' }) }),
    '101 Invalid attribute name: shoe_size');

  check('the bridge shows in the WSDL', typeof client.oroPing === 'function', bridge !== 'none');
  if (bridge !== 'none') {
    check('oroPing', (await call('oroPing', { sessionId })).version, bridge);
    const page = async (number) => rows(await call('oroCustomerList', { sessionId, filters: {}, pager: { page: String(number), pageSize: '1' } })).length;
    check('oroCustomerList pages', [await page(1), await page(2), await page(999)], [1, 1, 0]);
    const oro = await call('oroCustomerInfo', { sessionId, customerId });
    check('oroCustomerInfo', [oro.firstname, rows(oro.addresses).length], ['Žofie', 1]);
    check('oroCustomerUpdate', await call('oroCustomerUpdate', { sessionId, customerId, customerData: { gender: 2 } }), true);
    check('gender is a label', (await call('oroCustomerInfo', { sessionId, customerId })).gender, 'Female');
    check('oroCustomerAddressInfo of an unknown address', await faultOf('oroCustomerAddressInfo', { sessionId, addressId: 999999 }), '103 Customer address not exists.');
  }

  // From the catalogue through a cart to an order, its documents and its refund.
  const named = (rpc, wsiName, value) => ({ [wsi ? wsiName : rpc]: value });
  const product = await call('catalogProductInfo', { sessionId, productId: 'TEA-G' });
  check('catalogProductInfo', [product.product_id, product.name, product.price], ['1', 'Green <tea>', '10.0000']);
  check('catalogProductInfo of an unknown product', await faultOf('catalogProductInfo', { sessionId, productId: '999' }), '101 Product not exists.');
  const products = rows(await call('catalogProductList', { sessionId, filters: filters({ type: 'simple' }) }));
  check('catalogProductList', products.map((row) => row.sku), ['TEA-G', 'TEA-B', 'POT']);
  const tree = await call('catalogCategoryTree', { sessionId, parentId: '1' });
  const [root] = rows(tree.children);
  check('catalogCategoryTree nests', [tree.name, root.name, rows(root.children)[0].name], ['Root Catalog', 'Default Category', 'Tea']);

  const quoteId = await call('shoppingCartCreate', { sessionId, ...named('storeId', 'store', 'default') });
  check('shoppingCartCreate answers an id', Number.isInteger(quoteId) && quoteId > 0, true);
  const inCart = (operation, args) => call(operation, { sessionId, quoteId, ...args });
  check('shoppingCartProductAdd', await inCart('shoppingCartProductAdd', named('products', 'productsData', many([{ sku: 'TEA-G', qty: 2 }]))), true);
  const guest = { mode: 'guest', email: 'guest@example.com', firstname: 'Zoë', lastname: 'Neil', website_id: 1 };
  check('shoppingCartCustomerSet', await inCart('shoppingCartCustomerSet', named('customer', 'customerData', guest)), true);
  const places = ['billing', 'shipping'].map((mode) => ({
    mode, firstname: 'Zoë', lastname: 'Neil', street: '1 Main St', city: 'Los Angeles', region: 'California', region_id: '12', postcode: '90001', country_id: 'US',
    telephone: '555', is_default_billing: 0, is_default_shipping: 0,
  }));
  check('shoppingCartCustomerAddresses', await inCart('shoppingCartCustomerAddresses', named('customer', 'customerAddressData', many(places))), true);
  const [rate] = rows(await inCart('shoppingCartShippingList', {}));
  check('shoppingCartShippingList', [rate.code, Number(rate.price)], ['flatrate_flatrate', 10]);
  check('shoppingCartShippingMethod', await inCart('shoppingCartShippingMethod', named('method', 'shippingMethod', 'flatrate_flatrate')), true);
  check('shoppingCartPaymentMethod', await inCart('shoppingCartPaymentMethod', named('method', 'paymentData', { method: 'checkmo' })), true);
  const totals = rows(await inCart('shoppingCartTotals', {}));
  check('shoppingCartTotals', [totals[0].title, Number(totals[0].amount), Number(totals[totals.length - 1].amount)], ['Subtotal', 20, 31.65]);
  const number = await inCart('shoppingCartOrder', {});
  check('shoppingCartOrder answers an increment id', /^1\d{8}$/.test(number), true);

  const orders = rows(await call('salesOrderList', { sessionId, filters: filters({ increment_id: number }) }));
  check('salesOrderList', orders.map((row) => [row.status, row.grand_total]), [['pending', '31.6500']]);
  const orderInfo = () => call('salesOrderInfo', { sessionId, orderIncrementId: number });
  const order = await orderInfo();
  const [item] = rows(order.items);
  check('salesOrderInfo', [order.customer_firstname, order.shipping_address.city, order.payment.method, item.name, item.qty_ordered],
    ['Zoë', 'Los Angeles', 'checkmo', 'Green <tea>', '2.0000']);
  check('salesOrderInfo of an unknown order', await faultOf('salesOrderInfo', { sessionId, orderIncrementId: '9' }), '100 Requested order not exists.');
  const invoiceIncrementId = await call('salesOrderInvoiceCreate', { sessionId, invoiceIncrementId: number, itemsQty: many([]), comment: '', email: '0', includeComment: '0' });
  check('salesOrderInvoiceInfo', (await call('salesOrderInvoiceInfo', { sessionId, invoiceIncrementId })).grand_total, '31.6500');
  const shipmentIncrementId = await call('salesOrderShipmentCreate', { sessionId, orderIncrementId: number, itemsQty: many([]), comment: '', email: 0, includeComment: 0 });
  const track = await call('salesOrderShipmentAddTrack', { sessionId, shipmentIncrementId, carrier: 'ups', title: 'UPS', trackNumber: '1Z & 2' });
  check('salesOrderShipmentAddTrack answers an id', Number.isInteger(track), true);
  const [sent] = rows((await call('salesOrderShipmentInfo', { sessionId, shipmentIncrementId })).tracks);
  check('salesOrderShipmentInfo', sent.number, '1Z & 2');
  check('the order is complete', (await orderInfo()).status, 'complete');
  const creditmemoIncrementId = await call('salesOrderCreditmemoCreate',
    { sessionId, orderIncrementId: number, creditmemoData: {}, comment: '', notifyCustomer: 0, includeComment: 0 });
  check('salesOrderCreditmemoInfo', (await call('salesOrderCreditmemoInfo', { sessionId, creditmemoIncrementId })).grand_total, '31.6500');
  check('the order is closed', (await orderInfo()).status, 'closed');
  if (bridge !== 'none') {
    const pager = { page: '1', pageSize: '10' };
    const found = rows(await call('oroOrderList', { sessionId, filters: filters({ increment_id: number }), pager }));
    check('oroOrderList', found.map((row) => [row.status, rows(row.items)[0].sku]), [['closed', 'TEA-G']]);
    const quotes = rows(await call('oroQuoteList', { sessionId, filters: filters({ entity_id: String(quoteId) }), pager }));
    check('oroQuoteList', quotes.map((row) => [row.customer_firstname, rows(row.items)[0].name]), [['Zoë', 'Green <tea>']]);
  }

  check('customerAddressDelete', await call('customerAddressDelete', { sessionId, addressId }), true);
  check('customerCustomerDelete', await call('customerCustomerDelete', { sessionId, customerId }), true);
  check('the customer is gone', await faultOf('customerCustomerInfo', { sessionId, customerId }), '102 Customer not exists.');
  check('endSession', await call('endSession', { sessionId }), true);
  check('the session is gone', await faultOf('storeList', { sessionId }), '5 Session expired. Try to relogin.');
}

tour().then(() => process.exit(failed ? 1 : 0), (error) => {
  console.log('FAIL the tour stopped:', error.message || error);
  process.exit(1);
});

# The tour of API v1 over XML-RPC with Ruby's xmlrpc.
require "xmlrpc/client"

# A real shop writes nil, and this library reads it when it is told to.
XMLRPC::Config.send(:remove_const, :ENABLE_NIL_PARSER)
XMLRPC::Config::ENABLE_NIL_PARSER = true


$failed = 0

def check(name, actual, expected)
  if actual == expected
    puts "ok #{name}"
  else
    $failed += 1
    puts "FAIL #{name}: expected #{expected.inspect}, got #{actual.inspect}"
  end
end

def fault_of
  "no fault but #{yield.inspect}"
rescue XMLRPC::FaultException => fault
  "#{fault.faultCode} #{fault.faultString}"
end

shop = XMLRPC::Client.new2("#{ENV.fetch("MOCKGENTO_BASE")}api/xmlrpc/")
user = ENV.fetch("MOCKGENTO_USER")
check("login with a wrong key", fault_of { shop.call("login", user, "wrong-key") }, "2 Access denied.")
session = shop.call("login", user, ENV.fetch("MOCKGENTO_API_KEY"))
check("login", session.length, 32)
call = ->(path, *arguments) { shop.call("call", session, path, arguments) }

customers = call.("customer.list", { "email" => { "like" => "%@example.com" } })
check("customer.list", customers.map { |row| row["email"] }, ["ada@example.com", "bob@example.com"])
check("customer.info", call.("customer.info", 1)["firstname"], "Ada")
check("customer.info of one unknown", fault_of { call.("customer.info", 999) }, "102 Customer not exists.")
check("a path that leads nowhere", fault_of { call.("customer.nosuch") }, "3 Invalid api path.")
data = { "email" => "eve@example.com", "firstname" => "Ève", "lastname" => "<&>", "website_id" => 1, "store_id" => 1, "group_id" => 1 }
eve = call.("customer.create", data)
check("customer.create", eve, "3")
check("customer.update", call.("customer.update", eve, { "lastname" => "日本" }), true)
check("customer.info of the new one", call.("customer.info", eve)["lastname"], "日本")
check("customer.delete", call.("customer.delete", eve), true)
check("catalog_product.info", call.("catalog_product.info", "TEA-G")["name"], "Green <tea>")
answers = shop.call("multiCall", session, [["customer.info", ["2"]], ["customer.info", ["999"]]])
check("multiCall", [answers[0]["firstname"], answers[1]["faultCode"]], ["Bob", "102"])
check("system.listMethods", shop.call("system.listMethods").include?("multiCall"), true)
check("a method that does not exist", fault_of { shop.call("nosuch") }, '620 Method "nosuch" does not exist')
check("endSession", shop.call("endSession", session), true)
check("a call afterwards", fault_of { call.("customer.info", 1) }, "5 Session expired. Try to relogin.")
exit($failed.zero? ? 0 : 1)

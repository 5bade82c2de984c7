# hydra.rb URL: twenty requests at once by typhoeus, which finds libcurl by name.
require "typhoeus"
url = ARGV[0]
hydra = Typhoeus::Hydra.new(max_concurrency: 8)
all = Array.new(20) do |i|
  r = Typhoeus::Request.new("#{url}?n=#{i}", method: :post, body: ENV["ASK"],
                            headers: {"Content-Type" => "application/json"})
  hydra.queue(r)
  r
end
hydra.run
all.each { |r| puts r.response.code, r.response.return_code, r.response.body }

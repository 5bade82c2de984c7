# ethon.rb URL - Ruby's ethon and typhoeus: libcurl by FFI, easy and multi.
require "ethon"
easy = Ethon::Easy.new
easy.http_request(ARGV[0], :post, body: '{"model":"gpt-4o","messages":[]}')
easy.perform
puts easy.return_code, easy.response_code, easy.response_body
require "typhoeus"
hydra = Typhoeus::Hydra.new
requests = (1..20).map do
  Typhoeus::Request.new(ARGV[0], method: :post, body: '{"model":"gpt-4o","messages":[]}').tap { |r| hydra.queue(r) }
end
hydra.run
requests.each { |r| puts r.response.return_code, r.response.code, r.response.body }

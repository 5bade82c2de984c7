#!/bin/bash
# Ruby's Faraday 1.1.0 (Debian 12): `on_data`, the way to read a model's answer as it comes, is handed the body
# of a 429 that the retry middleware then repeats, and after a connection that broke in its middle the first half a
# second time, with nothing between them: the reader has an error in its answer, or half of it doubled. The
# response says 200 both times. And a program that has not loaded `date` itself gets a NameError in place of the
# first retry of a status.
. "$(dirname "$0")/lib/lab.sh"
needs ruby
debian_package ruby-faraday 1.1.0
debian_package ruby-multipart-post 2.0.0
debian_package ruby-ruby2-keywords 0.0.5
start_server <<'END'
import {chunk, CUT, serve, status, stream} from './lab.mjs';
const seen = {};
const server = await serve([(response, {url}) => {
    seen[url] = (seen[url] ?? 0) + 1;
    const half = [chunk({content: 'one'})];
    if (seen[url] > 1) return stream(...half, chunk({content: 'two'}))(response);
    (url === '/broken' ? stream(...half, CUT) : status(429))(response);
}]);
console.log(server.url);
END
cat >seen.rb <<'END'
require "faraday"

Retry = Faraday::Request::Retry
ask = lambda do |path|
  client = Faraday.new(ARGV[0], proxy: nil) do |stack|
    stack.request :retry, max: 2, interval: 0.1, methods: [:post], retry_statuses: [429],
                          exceptions: Retry::DEFAULT_EXCEPTIONS + [Faraday::ConnectionFailed]
    stack.adapter :net_http
  end
  all = +""
  status = client.post(path, "{}") { |request| request.options.on_data = proc { |part, _| all << part } }.status
  "#{status}, #{all.scan(/slow down|one|two/).join(" ")}"
rescue NameError => error
  error.class
end
puts ask.call("/early")
require "date"
puts ask.call("/refused")
puts ask.call("/broken")
END
RUBYLIB=$PWD/usr/lib/ruby/vendor_ruby:$(echo "$PWD"/usr/share/rubygems-integration/all/gems/*/lib | tr ' ' :) \
    ruby --disable-gems seen.rb "$url" >out
saw "a 429, date not loaded" NameError "$(sed -n 1p out)"
saw "a 429, then the answer" "200, slow down one two" "$(sed -n 2p out)"
saw "broken in its middle, then the answer" "200, one one two" "$(sed -n 3p out)"

# ask.rb WAY URL: asks with Ruby's curb, and prints all it gets.
require "curb"
way, url = ARGV
ask = ENV["ASK"]

def show(c)
  puts c.response_code, c.content_type, c.body_str
  puts c.header_str.lines.reject { |l| l =~ /\Adate/i }.join
end

case way
when "post"
  show(Curl::Easy.http_post(url, ask) { |c| c.headers["Content-Type"] = "application/json" })
when "callbacks"
  c = Curl::Easy.new(url)
  c.on_body { |s| puts "body #{s}"; s.bytesize }
  c.on_success { |e| puts "success #{e.response_code}" }
  c.on_failure { |e, code| puts "failure #{e.response_code} #{code}" }
  c.on_complete { |e| puts "complete #{e.response_code}" }
  c.post_body = ask
  c.perform
when "raise"
  c = Curl::Easy.new(url)
  c.post_body = ask
  c.on_body { |_| raise "enough" }
  begin
    c.perform
  rescue => e
    puts e.message
  end
  show(Curl::Easy.http_post(url, ask))
when "multi"
  m = Curl::Multi.new
  all = Array.new(3) do
    c = Curl::Easy.new(url)
    c.post_body = ask
    c.on_complete { |e| puts "complete #{e.response_code}" }
    m.add(c)
    c
  end
  m.perform
  all.each { |c| show(c) }
end

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Http;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Notices.Channels;

/// <summary>A request with JSON: a webhook, a chat, a status page. The URL is a secret as a whole, since whoever has it may post.</summary>
internal static class PostChannel
{
    public const string SignatureHeader = "Godwit-Signature";

    public static async Task<NoticeAnswer> SendAsync(
        NoticeChannel.Post post, NoticeParcel parcel, IRunEnvironment environment, SecretValues secrets, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        if (OutsideValue.Find(environment, post.Url)?.Trim() is not { Length: > 0 } address) return new NoticeAnswer($"{post.Url} is not set");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return new NoticeAnswer($"{post.Url} holds no URL of http or https");
        secrets.Add(address);
        if (url is { Scheme: "http", IsLoopback: false }) return new NoticeAnswer($"{post.Url} is a URL of http, which is for this machine only; use https");
        var body = PostBody.Write(post, parcel);
        var headers = new List<KeyValuePair<string, OutsideValue>>(post.Headers)
        {
            KeyValuePair.Create(HttpSender.KeyHeader, new OutsideValue(parcel.IdempotencyKey, null, "")),
            KeyValuePair.Create("Godwit-Event", new OutsideValue(NoticeEvents.Word(parcel.Event), null, "")),
        };
        if (post.Secret is { } variable)
        {
            if (OutsideValue.Find(environment, variable) is not { Length: > 0 } key) return new NoticeAnswer($"{variable} is not set");
            headers.Add(KeyValuePair.Create(SignatureHeader, new OutsideValue(Sign(key, body, time.GetUtcNow()), null, "")));
        }
        var request = new HttpRequestSettings
        {
            Method = "POST", Address = address, Headers = headers, Body = body, ContentType = "application/json; charset=utf-8", Timeout = timeout, Retries = 0,
        };
        return await HttpSender.Shared.SendAsync(request, environment, step: null, time, cancellation) switch
        {
            HttpAnswer.Came { Status: >= 200 and <= 299 } => NoticeAnswer.Sent,
            HttpAnswer.Came came => new NoticeAnswer($"answered {came.Status.ToString(CultureInfo.InvariantCulture)}", came.RetryAfter),
            HttpAnswer.None none => new NoticeAnswer(none.Reason),
            HttpAnswer.NotSent none => new NoticeAnswer(none.Reason),
            _ => throw new InvalidOperationException(),
        };
    }

    /// <summary><c>t=UNIX-SECONDS,v1=HEX</c>: HMAC-SHA256 over the seconds, a full stop and the body. The time lets the receiver refuse what is old.</summary>
    public static string Sign(string key, string body, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{seconds}.{body}")))}";
    }
}

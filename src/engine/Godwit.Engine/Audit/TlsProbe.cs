using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Godwit.Engine.Audit;

/// <summary>What a service agrees to, and by which certificate it says who it is.</summary>
internal sealed record TlsSight(SslProtocols Protocol, DateTimeOffset ValidUntil, DateTimeOffset ValidFrom, bool NameDiffers, bool Untrusted)
{
    public bool IsSound(DateTimeOffset now) => !NameDiffers && !Untrusted && now >= ValidFrom && now <= ValidUntil;
}

/// <summary>Makes TLS connections to a service, to see what it agrees to.</summary>
internal sealed class TlsProbe(Uri url, X509Certificate2Collection trusted, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Null when no connection could be made.</summary>
    /// <param name="protocols">What is offered; none is whatever the system offers.</param>
    /// <param name="cancellation">Stops.</param>
    public Task<TlsSight?> LookAsync(SslProtocols protocols, CancellationToken cancellation) => WithConnectionAsync(async (stream, token) =>
    {
        TlsSight? sight = null;
        await using var tls = new SslStream(stream);
#pragma warning disable CA5359 // It is looked at, and what is wrong with it is what the audit says.
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = url.IdnHost, EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    if (certificate is X509Certificate2 seen)
                        sight = new TlsSight(SslProtocols.None, new DateTimeOffset(seen.NotAfter), new DateTimeOffset(seen.NotBefore), errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch), errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && IsUntrusted(seen, chain));
                    return true;
                },
            },
            token);
#pragma warning restore CA5359
        return sight is null ? null : sight with { Protocol = tls.SslProtocol };
    }, cancellation);

    /// <summary>Whether it agrees to TLS 1.0 or 1.1. This machine's own library may refuse those, so that the first message of a connection is written by hand.</summary>
    /// <returns>The version that it agrees to; null when it agrees to none of both.</returns>
    public async Task<string?> FindOldAsync(CancellationToken cancellation)
    {
        foreach (var (minor, name) in new[] { ((byte)1, "TLS 1.0"), ((byte)2, "TLS 1.1") })
        {
            if (await WithConnectionAsync(async (stream, token) =>
            {
                await stream.WriteAsync(ClientHello.Write(url.IdnHost, minor), token);
                var answer = new byte[11];
                await stream.ReadExactlyAsync(answer, token);
                // A handshake record that begins with a ServiceHello of that version; a refusal is an alert (RFC 5246, sections 6.2.1 and 7.4.1.3).
                return answer[0] == 22 && answer[5] == 2 && answer[9] == 3 && answer[10] == minor ? name : null;
            }, cancellation) is { } agreed) return agreed;
        }
        return null;
    }

    /// <summary>Its times have a check of their own; what remains is who signed it.</summary>
    private bool IsUntrusted(X509Certificate2 certificate, X509Chain? seen)
    {
        if (seen is not null && seen.ChainStatus.All(s => s.Status is X509ChainStatusFlags.NotTimeValid or X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation)) return false;
        if (trusted.Count == 0) return true;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        if (seen is not null) chain.ChainPolicy.ExtraStore.AddRange(seen.ChainElements.Select(e => e.Certificate).ToArray());
        return !chain.Build(certificate);
    }

    private async Task<T?> WithConnectionAsync<T>(Func<Stream, CancellationToken, Task<T?>> work, CancellationToken cancellation)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.IdnHost, url.Port, either.Token);
            await using var stream = client.GetStream();
            return await work(stream, either.Token);
        }
        catch (Exception e) when (ServiceClient.IsSilence(e) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}

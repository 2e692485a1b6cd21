using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Godwit.TestServers;

/// <summary>A web server on a port of this machine's loopback interface, with or without TLS.</summary>
public sealed class WebService : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebService(WebApplication application, string url) => (_application, Url) = (application, url);

    public string Url { get; }

    public static Task<WebService> StartAsync(RequestDelegate answer, CancellationToken cancellation) => StartAsync(answer, null, cancellation);

    /// <param name="answer">Answers every request.</param>
    /// <param name="certificate">With it, it is reached by https only.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<WebService> StartAsync(RequestDelegate answer, X509Certificate2? certificate, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync(cancellation);
        var port = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return new WebService(application, certificate is null ? $"http://127.0.0.1:{port}" : $"https://localhost:{port}");
    }

    /// <summary>A certificate that signed itself, for names of this machine or others.</summary>
    public static X509Certificate2 MakeCertificate(string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var made = request.CreateSelfSigned(until.AddYears(-1), until);
        // Without a file behind it the server cannot use the key on every platform.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}

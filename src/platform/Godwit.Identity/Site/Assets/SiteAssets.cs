using System.Reflection;
using System.Security.Cryptography;
using Godwit.Identity.Site.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Site.Assets;

/// <summary>What pages load: embedded files, each under a name with the hash of its content, so that browsers keep it for good and an update has another name.</summary>
internal sealed class SiteAssets
{
    /// <summary>Of every page: scripts, styles and images of this origin and in files, and no script out of a text.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static SiteAssets Style { get; } = new("site.css", "text/css; charset=utf-8");

    public static SiteAssets Script { get; } = new("site.js", "text/javascript; charset=utf-8");

    public static SiteAssets Icon { get; } = new("icon.svg", "image/svg+xml");

    private readonly byte[] _content;
    private readonly string _type;

    private SiteAssets(string name, string type)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Godwit.Identity.Site.Assets.{name}")!;
        _content = new byte[file.Length];
        file.ReadExactly(_content);
        _type = type;
        Path = $"/account/assets/{System.IO.Path.GetFileNameWithoutExtension(name)}.{Convert.ToHexStringLower(SHA256.HashData(_content))[..16]}{System.IO.Path.GetExtension(name)}";
    }

    public string Path { get; }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var asset in new[] { Style, Script, Icon }) routes.MapMethods(asset.Path, ["GET"], (RequestDelegate)asset.AnswerAsync).WithMetadata(SiteRoute.Instance);
    }

    private Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = _type;
        context.Response.ContentLength = _content.Length;
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return context.Response.Body.WriteAsync(_content, context.RequestAborted).AsTask();
    }
}

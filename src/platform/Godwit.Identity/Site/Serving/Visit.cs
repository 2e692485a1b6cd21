using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Browsers;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Site.Serving;

/// <summary>One request for a page: who asks, what they have typed, and what was wrong with it.</summary>
/// <param name="context">The request.</param>
/// <param name="caller">Null on a page for everybody.</param>
/// <param name="csrf">What a form of this page has to carry.</param>
internal sealed class Visit(HttpContext context, Caller? caller, string csrf)
{
    public HttpContext Context => context;

    public CancellationToken Cancellation => context.RequestAborted;

    public Client Client { get; } = Client.Of(context);

    public string Csrf => csrf;

    /// <summary>What was typed; empty before.</summary>
    public IFormCollection Form { get; set; } = FormCollection.Empty;

    /// <summary>Why what was typed was refused.</summary>
    public Problem? Problem { get; set; }

    public string ServiceName => Get<SettingValues>().Text(IdentitySettings.ServiceName.Name);

    public bool IsKnown => caller is not null;

    /// <exception cref="InvalidOperationException">The page is for everybody.</exception>
    public Caller Caller => caller ?? throw new InvalidOperationException("nobody has signed in");

    public T Get<T>()
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>The id in the path.</summary>
    public Guid Id => RouteMap.Id(context);

    /// <returns>Null for a field that is not there or empty.</returns>
    public string? Typed(string field) => Form[field].ToString() is { Length: > 0 } text ? text : null;

    public bool Ticked(string field) => Form[field] == "on";

    public string? Asked(string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>What is wrong with a field, of all that was found.</summary>
    public string? Fault(string field) => Problem?.Fields.Where(f => f.Field == field).Select(f => f.Message).FirstOrDefault();
}

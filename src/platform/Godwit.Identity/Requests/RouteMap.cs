using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Browsers;
using Godwit.Identity.Roles;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Requests;

/// <summary>Where routes are put. One is public only where it says so; every other asks for a session before it does anything.</summary>
internal sealed class RouteMap(IEndpointRouteBuilder routes)
{
    private static readonly Problem s_secondFactor = new(403, "second-factor-needed", "A second factor is needed") { Detail = "Set one up at /v1/auth/2fa/enable, then renew the session." };

    private readonly IServiceProvider _services = routes.ServiceProvider;

    /// <summary>The id in the path of a route that takes nothing else there.</summary>
    public static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);

    /// <summary>Answers as JSON. Tokens go where the client wants them, whichever route has made them.</summary>
    public static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> shape, int status = 200)
    {
        if (answer is IssuedTokens tokens && SessionTransport.IsCookie(context)) return SessionTransport.AnswerAsync(context, tokens);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, answer, shape, context.RequestAborted);
    }

    /// <summary>Whether who asks may do nothing yet but set up a second factor.</summary>
    public static bool LacksSecondFactor(IServiceProvider services, Caller caller) => !caller.TwoFactors
        && (services.GetRequiredService<SettingValues>().Text(IdentitySettings.SecondFactor.Name) == "required" || services.GetRequiredService<Permissions>().NeedsSecondFactor(caller.Roles));

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>For everybody. Each of these has to be safe for who has nothing.</summary>
    public IEndpointConventionBuilder Public(string method, string template, Func<HttpContext, Task> answer) => routes.MapMethods(template, [method], (RequestDelegate)(context =>
    {
        SessionTransport.Require(context);
        return answer(context);
    })).WithMetadata(PublicRoute.Instance);

    /// <param name="sensitive">Asks the database whether the session is open, and fails closed.</param>
    /// <param name="enrols">Open to who has no second factor yet where one is required.</param>
    public IEndpointConventionBuilder Private(string method, string template, bool sensitive, Func<HttpContext, Caller, Task> answer, bool enrols = false) => routes.MapMethods(
        template, [method], (RequestDelegate)(async context =>
        {
            var caller = await Caller.RequireAsync(context, Get<AccessTokens>(), Get<SessionGate>(), sensitive);
            if (!enrols && LacksSecondFactor(_services, caller)) throw new ProblemException(s_secondFactor);
            await answer(context, caller);
        }));

    /// <summary>For who has a permission at this moment, by the database: one that was withdrawn is of no use from then on, whatever the token says.</summary>
    /// <param name="permission">One of <see cref="Permission"/>.</param>
    public IEndpointConventionBuilder Admin(string method, string template, string permission, Func<HttpContext, Caller, Task> answer) => routes.MapMethods(
        template, [method], (RequestDelegate)(async context =>
        {
            var caller = await Caller.RequireAsync(context, Get<AccessTokens>(), Get<SessionGate>(), sensitive: true);
            var held = await Get<Permissions>().RequireAsync(caller, permission, context.RequestAborted);
            if (!caller.TwoFactors && (Get<SettingValues>().Text(IdentitySettings.SecondFactor.Name) == "required" || Get<Permissions>().NeedsSecondFactor(held))) throw new ProblemException(s_secondFactor);
            context.Response.Headers.CacheControl = "no-store";
            await answer(context, caller);
        })).WithMetadata(new AdminRoute(permission));
}

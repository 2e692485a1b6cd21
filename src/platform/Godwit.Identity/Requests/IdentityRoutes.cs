using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Consents;
using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Login;
using Godwit.Identity.People;
using Godwit.Identity.Recovery;
using Godwit.Identity.Registration;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Requests;

/// <summary>All routes of the service. One is public only where it says so; every other asks for a session before it does anything.</summary>
internal sealed class IdentityRoutes(IEndpointRouteBuilder routes)
{
    private static readonly Problem s_secondFactor = new(403, "second-factor-needed", "A second factor is needed") { Detail = "Set one up at /v1/auth/2fa/enable, then renew the session." };

    private readonly IServiceProvider _services = routes.ServiceProvider;

    public static void Map(IEndpointRouteBuilder builder)
    {
        var routes = new IdentityRoutes(builder);
        routes.MapRegistration();
        routes.MapSessions();
        routes.MapRecovery();
        routes.MapSecondFactor();
        routes.MapDevices();
        routes.MapPeople();
    }

    private void MapRegistration()
    {
        Public("POST", "/v1/auth/register", async context =>
        {
            await Get<Registrar>().RegisterAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.RegisterRequest), Client.Of(context), context.RequestAborted);
            await AnswerAsync(context, new StatusAnswer("verification_sent", "If the address can be registered, a mail with a link is on its way to it."), IdentityJson.Default.StatusAnswer, 202);
        });
        Public("POST", "/v1/auth/verify-email", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.VerificationRequest);
            var user = await Get<AddressVerifier>().VerifyAsync(request, Client.Of(context), context.RequestAborted);
            await AnswerAsync(context, new StatusAnswer("verified", "The address is verified: sign in.", user), IdentityJson.Default.StatusAnswer);
        });
    }

    private void MapSessions()
    {
        Public("POST", "/v1/auth/login", async context =>
        {
            var (tokens, challenge) = await Get<PasswordLogin>().LoginAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.LoginRequest), Client.Of(context), context.RequestAborted);
            if (tokens is not null) await AnswerAsync(context, tokens, IdentityJson.Default.IssuedTokens);
            else await AnswerAsync(context, challenge!, IdentityJson.Default.ChallengeDocument);
        });
        Public("POST", "/v1/auth/login/2fa", async context => await AnswerAsync(
            context, await Get<SecondFactorLogin>().LoginAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest), Client.Of(context), context.RequestAborted), IdentityJson.Default.IssuedTokens));
        Public("POST", "/v1/auth/refresh", async context =>
        {
            // Many clients show their access token with every request: what is in the body is meant.
            var body = context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0 ? await JsonBody.ReadAsync(context, IdentityJson.Default.RefreshRequest, anyType: true) : null;
            var token = body?.RefreshToken ?? Caller.Bearer(context) ?? throw new ProblemException(Problem.Of(401));
            await AnswerAsync(context, await Get<SessionRenewal>().RenewAsync(token, Client.Of(context), context.RequestAborted), IdentityJson.Default.IssuedTokens);
        });
        Private("POST", "/v1/auth/logout", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            await Get<OwnSessions>().EndAsync(caller, caller.Family, "logged out", Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        Private("POST", "/v1/auth/logout-all", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            await Get<OwnSessions>().EndAsync(caller, null, "logged out everywhere", Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        Private("GET", "/v1/auth/sessions", sensitive: false, async (context, caller) =>
            await AnswerAsync(context, await Get<OwnSessions>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListSessionDocument));
        Private("DELETE", "/v1/auth/sessions/{id:guid}", sensitive: true, async (context, caller) =>
        {
            if (await Get<OwnSessions>().EndAsync(caller, Id(context), "ended by its owner", Client.Of(context), context.RequestAborted) == 0) throw new ProblemException(Problem.Of(404));
            context.Response.StatusCode = 204;
        });
        Public("GET", "/.well-known/jwks.json", context =>
        {
            context.Response.ContentType = "application/jwk-set+json";
            context.Response.Headers.CacheControl = "public, max-age=300";
            return context.Response.WriteAsync(Get<IdentityKeys>().JwksDocument, context.RequestAborted);
        });
    }

    private void MapRecovery()
    {
        Public("POST", "/v1/auth/password-reset/request", async context =>
        {
            await Get<PasswordRecovery>().RequestAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResetRequest, anyType: true), Client.Of(context), context.RequestAborted);
            await AnswerAsync(context, new StatusAnswer("reset_sent", "If the address has an account, a mail with a link is on its way to it."), IdentityJson.Default.StatusAnswer, 202);
        });
        Public("POST", "/v1/auth/password-reset/confirm", async context =>
        {
            await Get<PasswordRecovery>().ConfirmAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResetConfirmation), Client.Of(context), context.RequestAborted);
            await AnswerAsync(context, new StatusAnswer("password_set", "The new password is set, and all sessions were ended: sign in."), IdentityJson.Default.StatusAnswer);
        });
        Private("POST", "/v1/auth/password/change", sensitive: true, async (context, caller) =>
        {
            await Get<OwnPassword>().ChangeAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.PasswordChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }

    /// <summary>All of these are open to who has no second factor yet where one is required.</summary>
    private void MapSecondFactor()
    {
        Private("GET", "/v1/auth/2fa", sensitive: false, async (context, caller) => await AnswerAsync(context, await Get<OwnSecondFactor>().StatusAsync(caller, context.RequestAborted), IdentityJson.Default.FactorStatus), enrols: true);
        Private("POST", "/v1/auth/2fa/enable", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.FactorRequest, anyType: true);
            await AnswerAsync(context, await Get<OwnSecondFactor>().EnrolAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.Enrolment);
        });
        Private("POST", "/v1/auth/2fa/confirm", sensitive: true, enrols: true, answer: async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest);
            await AnswerAsync(context, await Get<OwnSecondFactor>().ConfirmAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.BackupCodeSheet);
        });
        Private("POST", "/v1/auth/2fa/challenge", sensitive: true, async (context, caller) =>
            await AnswerAsync(context, await Get<OwnSecondFactor>().ChallengeAsync(caller, Client.Of(context), context.RequestAborted), IdentityJson.Default.ChallengeDocument));
        Private("POST", "/v1/auth/2fa/disable", sensitive: true, async (context, caller) =>
        {
            await Get<OwnSecondFactor>().DisableAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        Private("POST", "/v1/auth/2fa/backup-codes", sensitive: true, async (context, caller) =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.CodeRequest);
            await AnswerAsync(context, await Get<OwnSecondFactor>().RenewBackupCodesAsync(caller, request, Client.Of(context), context.RequestAborted), IdentityJson.Default.BackupCodeSheet);
        });
    }

    private void MapDevices()
    {
        Private("GET", "/v1/auth/devices", sensitive: false, async (context, caller) =>
            await AnswerAsync(context, await Get<OwnDevices>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListDeviceDocument));
        Private("PATCH", "/v1/auth/devices/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await Get<OwnDevices>().ChangeAsync(caller, Id(context), await JsonBody.ReadAsync(context, IdentityJson.Default.DeviceChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        Private("DELETE", "/v1/auth/devices/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await Get<OwnDevices>().RevokeAsync(caller, Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
    }

    private void MapPeople()
    {
        Private("GET", "/v1/me", sensitive: false, async (context, caller) => await AnswerAsync(context, await Get<OwnProfile>().ReadAsync(caller, context.RequestAborted), IdentityJson.Default.Profile));
        Private("GET", "/v1/me/consents", sensitive: false, async (context, caller) =>
            await AnswerAsync(context, await Get<OwnConsents>().HistoryAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListConsentDocument));
        Private("POST", "/v1/me/consents", sensitive: false, async (context, caller) =>
        {
            await Get<OwnConsents>().ChooseAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.ConsentChoice), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        });
        Private("GET", "/v1/me/security-events", sensitive: false, async (context, caller) =>
            await AnswerAsync(context, await Get<OwnEvents>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListEventDocument));
    }

    /// <summary>Of a route that takes nothing else.</summary>
    private static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>For everybody. Each of these has to be safe for who has nothing.</summary>
    private void Public(string method, string template, Func<HttpContext, Task> answer) => routes.MapMethods(template, [method], (RequestDelegate)(context => answer(context))).WithMetadata(PublicRoute.Instance);

    private void Private(string method, string template, bool sensitive, Func<HttpContext, Caller, Task> answer, bool enrols = false) => routes.MapMethods(
        template, [method], (RequestDelegate)(async context =>
        {
            var caller = await Caller.RequireAsync(context, Get<AccessTokens>(), Get<SessionGate>(), sensitive);
            if (!enrols && !caller.TwoFactors && Get<SettingValues>().Text(IdentitySettings.SecondFactor.Name) == "required") throw new ProblemException(s_secondFactor);
            await answer(context, caller);
        }));

    private static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> shape, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, shape, context.RequestAborted);
    }
}
